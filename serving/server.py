"""The server: ports, TLS, a thread that follows the current release, and a graceful stop.

What is answered belongs to `application` and to the protocols.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from orchestration.core.errors import EmbudoError
from semantic_layer.layer_pool import LayerPool
from semantic_layer.query_limits import QueryLimits
from semantic_layer.release_store import ReleaseStore
from serving.application import build_application
from serving.flight.server import FlightServer, FlightService
from serving.service import Service
from serving.telemetry import Telemetry
from serving.tokens import TokenStore

_FOLLOW_SECONDS = 1.0
"""How often the current release is looked up."""

_STOP_SECONDS = 10
"""How long requests that run may take to end when the server stops."""

_MAX_CONNECTIONS = 512

_log = logging.getLogger("embudo.serving")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the server listens: HTTP on one port, Flight SQL on another; port 0 is any free one."""

    host: str = "127.0.0.1"
    port: int = 8580
    flight_port: int = 8581
    certificate: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        """`https` where there is a certificate."""
        return "https" if self.certificate else "http"


class Server:
    """One server over the releases of a store. `run` returns when it was stopped."""

    def __init__(
        self, *, store: ReleaseStore, tokens: TokenStore, address: Address, limits: QueryLimits
    ) -> None:
        """Open the current release and listen; raises `EmbudoError` where either cannot be done."""
        check_address(address, has_tokens=bool(tokens.tokens()))
        self._socket = listen(address.host, address.port)
        try:
            self._pool = LayerPool(store, limits=limits)
        except BaseException:
            self._socket.close()
            raise
        self._stopped = threading.Event()
        self.service = Service(pool=self._pool, tokens=tokens)
        self.address = address
        self.port: int = self._socket.getsockname()[1]
        telemetry = Telemetry()
        try:
            self._flight = FlightServer(
                FlightService(service=self.service, telemetry=telemetry),
                host=address.host,
                port=address.flight_port,
                certificate=address.certificate,
                key=address.key,
            )
        except BaseException:
            self._socket.close()
            self._pool.close()
            raise
        config = uvicorn.Config(
            build_application(self.service, telemetry),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=_STOP_SECONDS,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
        )
        # It would log addresses as they are, with filters and the secrets of links; `guard` logs requests.
        logging.getLogger("uvicorn.access").disabled = True
        self._uvicorn = _Uvicorn(config)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"{self.address.scheme}://{self._host}:{self.port}"

    @property
    def flight_url(self) -> str:
        """Where clients of Flight SQL find it."""
        scheme = "grpc+tls" if self.address.certificate else "grpc"
        return f"{scheme}://{self._host}:{self._flight.port}"

    @property
    def _host(self) -> str:
        return f"[{self.address.host}]" if ":" in self.address.host else self.address.host

    def run(self) -> None:
        """Answer until it is stopped; requests that run are answered first."""
        follower = threading.Thread(target=self._follow, name="follow-current", daemon=True)
        follower.start()
        try:
            self._uvicorn.run(sockets=[self._socket])
        finally:
            self._stopped.set()
            self._flight.stop(seconds=_STOP_SECONDS)
            follower.join(timeout=_STOP_SECONDS)
            self._pool.close()
            self._socket.close()

    def stop(self) -> None:
        """Make `run` return; can be called from any thread. The second time, without waiting for requests."""
        self._uvicorn.force_exit = self._uvicorn.should_exit
        self._uvicorn.should_exit = True

    def _follow(self) -> None:
        """Swap to the current release whenever it is another one; one that cannot be read is logged once."""
        failed = ""
        while not self._stopped.wait(_FOLLOW_SECONDS):
            failed = followed(self._pool.follow, failed)


class _Uvicorn(uvicorn.Server):
    """Uvicorn without signal handlers, which would end the process before its files are closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command."""
        yield


def followed(follow: Callable[[], bool], failed: str) -> str:
    """Follow the current release once; returns the message of the failure, which is logged where it is a new one."""
    try:
        if follow():
            _log.info("the current release has changed; answers come from it now")
    except Exception as error:  # the server goes on answering from the release that it has
        message = str(error)
        if message != failed:
            _log.error(
                "the current release cannot be read, the one before still answers: %s", error
            )
        return message
    return ""


def check_address(address: Address, *, has_tokens: bool) -> None:
    """Raise `EmbudoError` for an address beyond this machine without tokens or TLS, or for half of a key pair."""
    if bool(address.certificate) != bool(address.key):
        raise EmbudoError(
            "TLS needs two files, a certificate and its key: pass both `--tls-cert` and `--tls-key`."
        )
    for path in (address.certificate, address.key):
        if path is not None and not path.is_file():
            raise EmbudoError(f"{path} is no file: expected a certificate or key in PEM form.")
    if is_loopback(address.host):
        return
    if not has_tokens:
        raise EmbudoError(
            f"{address.host} can be reached from other machines, and there is no token yet. Make one with "
            "`embudo token create NAME`, or serve on 127.0.0.1."
        )
    if address.certificate is None:
        raise EmbudoError(
            f"{address.host} can be reached from other machines, where tokens and figures would travel in "
            "clear text. Pass `--tls-cert` and `--tls-key`, or serve on 127.0.0.1 behind a proxy."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; raises `EmbudoError` where the port is taken or the host is none of this machine."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise EmbudoError(f"`{host}` is no address of this machine: {error.strerror}.") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(place)
        listening.listen(socket.SOMAXCONN)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise EmbudoError(
                f"Port {port} of {host} is taken: another server listens there. Stop it, or choose "
                f"another port with `--port {port + 1}`."
            ) from error
        raise EmbudoError(f"{host} port {port} cannot be used: {error.strerror}.") from error
    listening.set_inheritable(False)
    return listening
