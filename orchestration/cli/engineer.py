"""The engineer's day: `refresh`, `quarantine`, `releases`, `rollback`, `ui`."""

from __future__ import annotations

import csv
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.analyst import Format, FormatOption
from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    InboxOption,
    StepReporter,
    err,
    out,
    plain,
)
from orchestration.cli.stopping import run_stoppable
from orchestration.core.errors import BuildFailed
from semantic_layer.rendering import csv_cell, narrow_table

_QUIET_CONSOLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log stays in its instance, for the UI; the terminal shows the steps."""

if TYPE_CHECKING:
    from orchestration.ingestion.quarantine import QuarantinedRow
    from orchestration.refresh.run import Refresh


def refresh(
    full: Annotated[
        bool, typer.Option("--full", help="Rebuild all history from landing, not only what is new.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say which files would be read and APIs asked, and stop."),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
    inbox: InboxOption = None,
) -> None:
    """Ask APIs, read new files, build the warehouse, check it, publish a release.

    The same job as in Dagster; its run shows there too. With nothing new it says so and publishes
    nothing. A failed gate exits with 5, names the checks, and leaves the current release alone.
    """
    if dry_run:
        _say_what_would_be_read(config=config, home=home, inbox=inbox)
        return
    run_refresh(config=config, home=home, inbox=inbox, full=full)


def run_refresh(*, config: Path, home: Path, inbox: Path | None, full: bool = False) -> None:
    """Refresh with progress on stderr; raises what ended it."""
    from orchestration.refresh.run import Refresh
    from orchestration.refresh.workspace import Workspace

    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    err.print(f"Refreshing [bold]{plain(workspace.settings.company)}[/bold], run {run_id}")
    with StepReporter() as report:
        running = Refresh(workspace=workspace, run_id=run_id, report=report, full=full)
        try:
            with running:
                if full or running.anything_new():
                    run_stoppable(lambda: _run_job(running))
        finally:
            for warning in running.warnings:
                err.print(f"[yellow]{plain(warning)}[/yellow]", soft_wrap=True)
    if not running.has_work:
        for failure in running.fetch_apis():
            err.print(f"[yellow]Warning:[/yellow] {plain(failure.reason)}", soft_wrap=True)
        err.print(
            "Nothing is new: no file, answer, model, seed or setting has changed. Nothing published."
        )
    elif running.released:
        err.print(
            f"Released [bold]{running.released.release_id}[/bold], data as of "
            f"{running.released.as_of:%Y-%m-%d %H:%M} UTC, verdict {running.released.verdict}."
        )


def _run_job(running: Refresh) -> None:
    """Run Dagster's job in this process, on the instance that the UI shows."""
    from orchestration.core.resource_limits import explained
    from orchestration.definitions import REFRESH_JOB, build_defs
    from orchestration.observability.dagster_instance import (
        end_lost_runs,
        open_instance,
        prepare_instance,
    )

    running.report.step("Start Dagster")
    prepare_instance(running.workspace.home.dagster)
    definitions = build_defs(workspace=running.workspace, started=running)
    with open_instance() as instance:
        end_lost_runs(instance)
        try:
            result = definitions.resolve_job_def(REFRESH_JOB).execute_in_process(
                instance=instance, raise_on_error=False, run_config=_QUIET_CONSOLE
            )
        except Exception as error:
            # Dagster's own storage lies on the same disk: what ended the refresh is told before it.
            said = running.error or explained(error, at=running.workspace.home.root)
            if said is None:
                raise
            raise said from error
    if running.error is not None:
        raise running.error
    if not result.success:
        raise BuildFailed(
            "The job failed outside its steps; `embudo ui` shows run "
            f"{result.run_id} with the whole story."
        )


def _say_what_would_be_read(*, config: Path, home: Path, inbox: Path | None) -> None:
    from orchestration.refresh.workspace import Workspace

    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    waiting, asks = workspace.pending(), workspace.asks()
    if asks:
        table = Table(title=f"{len(asks)} API endpoint(s) would be asked", title_justify="left")
        for column in ("Source", "Stream", "URL", "From"):
            table.add_column(column, overflow="fold")
        for ask in asks:
            since = ask.since or "the beginning"
            unset = f" [yellow]({', '.join(ask.unset)} is not set)[/yellow]" if ask.unset else ""
            table.add_row(ask.source, ask.stream, plain(ask.url), f"{plain(since)}{unset}")
        out.print(table)
    if not waiting:
        out.print("No new files.")
        return
    table = Table(title=f"{len(waiting)} file(s) would be read", title_justify="left")
    for column in ("Source", "Stream", "File", "Bytes"):
        table.add_column(column, justify="right" if column == "Bytes" else "left")
    for item in waiting:
        table.add_row(item.source, item.stream, plain(item.file), f"{item.size_bytes:,}")
    out.print(table)


def quarantine(
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    stream: Annotated[str | None, typer.Option("--stream", help="Only this stream.")] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", help="Write the rows into this folder, to be mended and dropped again."
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to list.")] = 50,
    raw: Annotated[
        bool, typer.Option("--raw", help="Show the rows themselves, contact data too.")
    ] = False,
    output: FormatOption = Format.table,
    _config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List the rows that broke their contract: file, line, reason.

    Mend the file in the inbox and refresh, or `--export` the rows, mend those and drop them: each counts once.
    """
    from orchestration.ingestion import quarantine as kept
    from orchestration.settings import Home

    place = Home.at(home)
    if export is not None:
        for path in kept.export(place, to=export, source=source, stream=stream):
            out.print(f"Wrote {plain(path)}", soft_wrap=True)
        return
    rows = kept.list_open(place, source=source, stream=stream, limit=limit)
    if output is not Format.table:
        print_rows([_shown(row, raw=raw) for row in rows], output)
        return
    counts = kept.count_open(place)
    if not counts:
        out.print("Nothing is in quarantine.")
        return
    table = narrow_table(f"{sum(counts.values()):,} row(s) in quarantine")
    for column in ("Stream", "File", "Line", "Reason", *(("Row",) if raw else ())):
        table.add_column(column, overflow="fold")
    for row in rows:
        source_of, stream_of, *others = _shown(row, raw=raw).values()
        table.add_row(*(plain(value) for value in (f"{source_of}.{stream_of}", *others)))
    out.print(table)
    if len(rows) < sum(counts.values()):
        out.print(
            f"The first {len(rows)}; --limit shows more, --source and --stream narrow it down."
        )


def releases(
    output: FormatOption = Format.table,
    _config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List the releases that are kept, newest first."""
    from orchestration import publication
    from orchestration.publication.layout import Layout

    kept = publication.releases(Layout(home))
    rows = [
        {
            "release_id": release.release_id,
            "current": release.is_current,
            "published_at": release.published_at.isoformat(),
            "as_of": release.as_of.isoformat(),
            "verdict": release.verdict,
            "built": "in full" if release.full else f"on {release.based_on}",
            "loads": len(release.loads),
            "accepted": "; ".join(f"{c} ({why})" for c, why in release.accepted.items()),
        }
        for release in kept
    ]
    if output is not Format.table:
        print_rows(rows, output)
        return
    if not rows:
        out.print("No release yet: `embudo refresh` makes one.")
        return
    table = narrow_table("Releases, each named after the moment (UTC) it was published")
    for column in ("", "Release", "Data as of (UTC)", "Verdict"):
        table.add_column(column, no_wrap=True)
    for column in ("Built", "Accepted"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            "→" if row["current"] else "",
            str(row["release_id"]),
            str(row["as_of"])[:16].replace("T", " "),
            str(row["verdict"]),
            str(row["built"]),
            plain(row["accepted"]),
        )
    out.print(table)


def rollback(
    to: Annotated[str | None, typer.Argument(help="A release; the one before if left out.")] = None,
    _config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make an older release current again, after verifying its checksums."""
    from orchestration import publication
    from orchestration.publication.layout import Layout

    release = publication.rollback(Layout(home), to)
    out.print(
        f"Current is now [bold]{release.release_id}[/bold], data as of {release.as_of:%Y-%m-%d}."
    )


def ui(
    port: Annotated[int, typer.Option("--port", help="Port of the page.")] = 3000,
    host: Annotated[
        str, typer.Option("--host", help="Address; Dagster has no login.")
    ] = "127.0.0.1",
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
    inbox: InboxOption = None,
) -> None:
    """Open Dagster: streams, models, checks and releases with lineage, schedules and the file-drop sensor."""
    from orchestration.observability.dagster_instance import prepare_instance
    from orchestration.refresh.workspace import Workspace

    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    prepare_instance(workspace.home.dagster)
    os.environ["EMBUDO_CONFIG"] = str(config.resolve())
    os.environ["EMBUDO_HOME"] = str(workspace.home.root)
    if inbox is not None:
        os.environ["EMBUDO_INBOX"] = str(inbox.resolve())
    dagster = str(Path(sys.executable).with_name("dagster"))
    err.print(f"Dagster on http://{host}:{port} (Ctrl-C stops it)")
    os.execv(  # noqa: S606 - a list of our own, no shell
        dagster,
        [dagster, "dev", "-m", "orchestration.definitions", "-h", host, "-p", str(port)],
    )


def _shown(row: QuarantinedRow, *, raw: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "source": row.source,
        "stream": row.stream,
        "file": row.file,
        "line": row.line,
        "reason": row.reason,
    }
    return shown | ({"raw": row.raw} if raw else {})


def print_rows(rows: Sequence[Mapping[str, object]], output: Format) -> None:
    """Rows as JSON or CSV, and nothing else on stdout."""
    if output is Format.json:
        typer.echo(json.dumps(rows, indent=2, default=str))
        return
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: csv_cell(v) for k, v in row.items()} for row in rows)
