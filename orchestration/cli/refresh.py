"""`embudo refresh`: Dagster's refresh job, run in this process with progress on stderr."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.cli.interrupts import run_stoppable
from orchestration.core.errors import BuildFailed, SourceError

if TYPE_CHECKING:
    from orchestration.refresh.session import RefreshSession

PANEL = options.Panel.ENGINEERS

_QUIET_CONSOLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log stays in its instance, for the UI; the terminal shows the steps."""


def refresh(
    full: Annotated[
        bool,
        typer.Option("--full", help="Rebuild all history from landing, not only what has changed."),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="List the files and API requests of a refresh, and stop."),
    ] = False,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
    inbox: options.InboxOption = None,
) -> None:
    """Fetch from APIs, read new files, build the warehouse, check it, publish a release.

    Runs the same job as Dagster, whose UI shows the run too. Where nothing has changed, nothing is published.
    A failed gate exits with 5, names the checks, and leaves the current release as it is.
    """
    if dry_run:
        _print_pending(config=config, home=home, inbox=inbox)
        return
    run_refresh(config=config, home=home, inbox=inbox, full=full)


def run_refresh(*, config: Path, home: Path, inbox: Path | None, full: bool = False) -> None:
    """Refresh with progress on stderr; raises the error that ended it."""
    from orchestration.refresh.session import RefreshSession
    from orchestration.settings.workspace import Workspace

    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    console.err.print(
        f"Refreshing [bold]{console.plain(workspace.settings.company)}[/bold], run {run_id}"
    )
    with console.StepReporter() as report:
        session = RefreshSession(workspace, run_id=run_id, report=report, full=full)
        try:
            with session:
                if full or session.has_work():
                    run_stoppable(lambda: _run_job(session))
        finally:
            for warning in session.warnings:
                console.err.print(f"[yellow]{console.plain(warning)}[/yellow]", soft_wrap=True)
    if not session.staleness:
        for failure in session.fetch():
            console.err.print(
                f"[yellow]Warning:[/yellow] {console.plain(failure.reason)}", soft_wrap=True
            )
        console.err.print(
            "Already up to date: no file, API response, model, seed or setting has changed. Nothing was "
            "published."
        )
    elif session.released:
        console.err.print(
            f"Released [bold]{session.released.release_id}[/bold], data as of "
            f"{session.released.as_of:%Y-%m-%d %H:%M} UTC, verdict {session.released.verdict}."
        )


def _run_job(session: RefreshSession) -> None:
    """Run Dagster's job in this process, on the instance that the UI shows."""
    from orchestration.core.resource_limits import as_resource_error
    from orchestration.definitions import REFRESH_JOB, build_defs
    from orchestration.observability.dagster_instance import (
        end_lost_runs,
        open_instance,
        prepare_instance,
    )

    context = session.context
    context.report.step("Start Dagster")
    prepare_instance(context.home.dagster)
    definitions = build_defs(project=context.project, started=session)
    with open_instance() as instance:
        end_lost_runs(instance)
        try:
            result = definitions.resolve_job_def(REFRESH_JOB).execute_in_process(
                instance=instance, raise_on_error=False, run_config=_QUIET_CONSOLE
            )
        except Exception as error:
            # Dagster's own storage is on the same disk, so it may fail after the refresh for the same reason.
            cause = session.error or as_resource_error(error, at=context.home.root)
            if cause is None:
                raise
            raise cause from error
    if session.error is not None:
        raise session.error
    if not result.success:
        raise BuildFailed(
            f"The job failed outside its steps; `embudo ui` shows run {result.run_id} with its log."
        )


def _print_pending(*, config: Path, home: Path, inbox: Path | None) -> None:
    from orchestration.ingestion import planned_requests
    from orchestration.ingestion.pending import pending_files
    from orchestration.settings.workspace import Workspace
    from semantic_layer.rendering import FittedTable

    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    files = pending_files(workspace)
    requests = planned_requests(workspace.settings, workspace.home)
    if requests:
        table = FittedTable(f"{len(requests)} API endpoint(s) would be fetched", borders=True)
        for column in ("Source", "Stream", "URL", "From"):
            table.add_column(column)
        for request in requests:
            since = request.since or "the beginning"
            unset = (
                f" [yellow]({', '.join(request.unset)} is not set)[/yellow]"
                if request.unset
                else ""
            )
            table.add_row(
                request.source,
                request.stream,
                console.plain(request.url),
                f"{console.plain(since)}{unset}",
            )
        console.out.print(table)
    if not files:
        console.out.print("No new files.")
        return
    faults = list(dict.fromkeys(file.fault for file in files if file.fault))
    files = [file for file in files if not file.fault]
    if not files:
        raise SourceError("\n".join(faults))
    for fault in faults:
        console.err.print(f"[yellow]{console.plain(fault)}[/yellow]", soft_wrap=True)
    table = FittedTable(f"{len(files)} file(s) would be read", borders=True)
    for column in ("Source", "Stream", "File", "Bytes"):
        table.add_column(column, justify="right" if column == "Bytes" else "left")
    for file in files:
        table.add_row(file.source, file.stream, console.plain(file.file), f"{file.size_bytes:,}")
    console.out.print(table)
