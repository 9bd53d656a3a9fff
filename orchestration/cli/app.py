"""The `embudo` application: it finds the commands, runs one, and turns errors into messages and exit codes.

What a command does belongs to its own module.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from orchestration.cli.console import err, out, plain
from orchestration.cli.interrupts import EXIT_CODE, STOPPED
from orchestration.cli.options import Panel
from orchestration.core.errors import EmbudoError, LandingCorrupt
from orchestration.core.resource_limits import as_resource_error, relax_garbage_collection

_VALIDATORS_WORDS = "Value error, "
"""What Pydantic, by which Typer reads values, puts before every message."""


def command_modules() -> Iterator[ModuleType]:
    """Every command: a module of this package with a `PANEL` and a function of the module's own name.

    In the order of the panels, then by name. So a command is added by its file alone.
    """
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]))
    modules = [import_module(f"orchestration.cli.{name}") for name in names]
    for panel in Panel:
        yield from (module for module in modules if getattr(module, "PANEL", None) is panel)


class Commands(TyperGroup):
    """The commands; a value that an option does not take is reported without the validator's own words."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix(_VALIDATORS_WORDS)
            raise


def build_app() -> typer.Typer:
    """The application with all its commands; `ALIASES` of a module are other, hidden names of its command."""
    built = typer.Typer(
        name="embudo",
        cls=Commands,
        help="A sales-metrics warehouse that a small data team runs itself.\n\n"
        "Start with `embudo demo`, or `embudo init` for your own files; then `embudo refresh` and "
        "`embudo query revenue --grain month`.",
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in command_modules():
        name = module.__name__.rpartition(".")[2]
        function = getattr(module, name)
        built.command(name.replace("_", "-"), rich_help_panel=module.PANEL.value)(function)
        for alias in getattr(module, "ALIASES", ()):
            built.command(alias, hidden=True)(function)
    built.callback()(options)
    return built


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out.print(f"embudo {version('embudo')}")
        raise typer.Exit


def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options of the application itself; its help is that of `build_app`."""


app = build_app()


def main() -> None:
    """Run the command line; a user's mistake ends with a message and an exit code, never a traceback."""
    # No part of the stack may call home (I11), whatever the user's own environment sets.
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # What libraries log is for log files: without a handler Python would print it among our messages.
    logging.getLogger().addHandler(logging.NullHandler())
    relax_garbage_collection()
    try:
        app()
    except KeyboardInterrupt:
        err.print(STOPPED)
        sys.exit(EXIT_CODE)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        known = (
            error if isinstance(error, EmbudoError) else as_resource_error(error) or _corrupt(error)
        )
        if known is None:
            raise
        err.print(f"[bold red]Error:[/bold red] {_message(known)}", soft_wrap=True)
        sys.exit(known.exit_code)


def _corrupt(error: Exception) -> EmbudoError | None:
    """SQLite finds corruption at whatever statement first reads the page."""
    import sqlite3

    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.ProgrammingError):
        return None
    return LandingCorrupt(
        f"The ledger is corrupt: {error}. `embudo doctor` checks the whole home; `embudo refresh` rebuilds "
        "the ledger from its backup and the landing."
    )


def _message(error: EmbudoError) -> str:
    from orchestration.privacy.redaction import without_secrets

    return plain(without_secrets(str(error)))
