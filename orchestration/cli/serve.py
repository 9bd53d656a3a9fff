"""`embudo serve`: the metrics of the current release over the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options

if TYPE_CHECKING:
    from serving.server import Server

PANEL = options.Panel.ANALYSTS


def serve(
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help="Address to listen on. Beyond this machine it takes a token and TLS files.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")
    ] = 8580,
    flight_port: Annotated[
        int, typer.Option("--flight-port", min=0, max=65535, help="Port of Arrow Flight SQL.")
    ] = 8581,
    certificate: Annotated[
        Path | None, typer.Option("--tls-cert", help="Certificate chain in PEM form.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its private key.")] = None,
    seconds: Annotated[
        float, typer.Option("--max-seconds", min=0.1, help="Longest time of one query.")
    ] = 60.0,
    rows: Annotated[
        int, typer.Option("--max-rows", min=1, help="Most rows of one answer.")
    ] = 100_000,
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Serve metrics to BI tools, notebooks and spreadsheets.

    Every request carries a token, which `embudo token create NAME` makes: `embudo token create notebook`, then
    `embudo serve`, and

    `curl -H "authorization: Bearer embudo_…" "http://127.0.0.1:8580/api/v1/query?metrics=revenue&grain=month&format=csv"`

    The server follows the current release: a refresh or a rollback needs no restart. Ctrl-C stops it when the requests
    that run are answered.
    """
    from orchestration.core.private_files import keep_private
    from orchestration.operations.served_releases import HomeReleases
    from orchestration.settings import Home
    from semantic_layer.query_limits import QueryLimits
    from serving.server import Address, Server
    from serving.tokens import TokenStore

    keep_private()
    where = Home.at(home)
    tokens = TokenStore(where.tokens)
    server = Server(
        store=HomeReleases(where),
        tokens=tokens,
        address=Address(
            host=host, port=port, flight_port=flight_port, certificate=certificate, key=key
        ),
        limits=QueryLimits(seconds=seconds, rows=rows),
    )
    _log_to_stderr()
    _announce(server, has_tokens=bool(tokens.tokens()))
    _run(server)


def _run(server: Server) -> None:
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    server.run()
    console.err.print("Stopped.")


def _announce(server: Server, *, has_tokens: bool) -> None:
    console.err.print(f"Embudo serves release {server.service.pool.current_id} (Ctrl-C stops it)")
    console.err.print(f"  REST        {server.url}/api/v1 (described at /api/v1/openapi.json)")
    console.err.print(f"  GraphQL     {server.url}/api/graphql")
    console.err.print(f"  Flight SQL  {server.flight_url}")
    if not has_tokens:
        console.err.print(
            "[yellow]There is no token yet, so every request is refused: `embudo token create NAME` makes "
            "one, at any time.[/yellow]"
        )


def _log_to_stderr() -> None:
    """Requests and the server's own trouble; what planning logs is of no use to whoever runs the server."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("embudo", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False
