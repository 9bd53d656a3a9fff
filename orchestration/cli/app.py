"""The `embudo` application: its commands in the order a newcomer meets them, and how errors end it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from orchestration.cli import (
    accept,
    alerts,
    analyst,
    difference,
    doctor,
    engineer,
    people,
    privacy,
    start,
    status,
    worth,
)
from orchestration.cli.console import err, out, plain
from orchestration.cli.stopping import EXIT_CODE, STOPPED
from orchestration.core.errors import EmbudoError, LandingCorrupt
from orchestration.core.resource_limits import collect_rarely, explained

app = typer.Typer(
    name="embudo",
    help="A sales-metrics warehouse that a small data team runs itself.\n\n"
    "Start with `embudo demo`, or `embudo init` for your own files; then `embudo refresh` and "
    "`embudo query revenue --grain month`.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for panel, commands in (
    ("Start", (start.init, start.demo, start.prepare)),
    ("Engineer", (engineer.refresh, status.status, engineer.quarantine, engineer.releases)),
    ("Engineer", (accept.accept, engineer.rollback, privacy.forget, doctor.doctor)),
    ("Engineer", (alerts.notify, engineer.ui)),
    ("Look", (people.scorecard, people.alerts)),
    (
        "Analyst",
        (analyst.query, analyst.metrics, analyst.validate, difference.diff, worth.lint_metrics),
    ),
):
    for command in commands:
        app.command(rich_help_panel=panel)(command)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out.print(f"embudo {version('embudo')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Say the version."),
    ] = False,
) -> None:
    """What holds for all commands. The application's own help stands above."""


def main() -> None:
    """Run the command line; a mistake of the user ends with a message and an exit code, no traceback."""
    # No part of the stack may call home (I11), whatever the user's own environment says.
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    collect_rarely()
    try:
        app()
    except EmbudoError as error:
        err.print(f"[bold red]Error:[/bold red] {_shown(error)}", soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print(STOPPED)
        sys.exit(EXIT_CODE)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        said = explained(error) or _damaged(error)
        if said is None:
            raise
        err.print(f"[bold red]Error:[/bold red] {_shown(said)}", soft_wrap=True)
        sys.exit(said.exit_code)


def _damaged(error: Exception) -> EmbudoError | None:
    """SQLite finds damage at whatever statement comes upon it."""
    import sqlite3

    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.ProgrammingError):
        return None
    return LandingCorrupt(
        f"The ledger is damaged: {error}. `embudo doctor` looks at everything; `embudo refresh` builds "
        "the ledger again from its backup and the landing."
    )


def _shown(error: EmbudoError) -> str:
    from orchestration.privacy.redaction import without_secrets

    return plain(without_secrets(str(error)))
