"""`embudo doctor`: what is wrong with this home, and the command that mends it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from orchestration.cli.console import err, out
from orchestration.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    Format,
    FormatOption,
    HomeOption,
    InboxOption,
    Panel,
)
from orchestration.core.errors import SettingsInvalid

if TYPE_CHECKING:
    from orchestration.operations.doctor import Finding

_MARKS = {"ok": "[green]✓[/green]", "warn": "[yellow]•[/yellow]", "bad": "[red]✗[/red]"}

PANEL = Panel.ENGINEERS


def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Look at sizes only; hash no file.")
    ] = False,
    give_up: Annotated[
        str | None,
        typer.Option(
            "--give-up",
            metavar="LOAD",
            help="Take a damaged load's rows out of the data, where its source file is lost too.",
        ),
    ] = None,
    output: FormatOption = Format.table,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
    inbox: InboxOption = None,
) -> None:
    """Look for damage: settings, ledger, landing, releases, lock, disk, versions, clocks, leftovers.

    Says what is wrong and the command that mends it; changes nothing itself. Exits with 1 where
    something is wrong. Hashes every landed file and release; `--quick` looks at sizes only.
    """
    from orchestration.settings import Home

    place = Home.at(home)
    if give_up is not None:
        _give_up(place.root, give_up)
        return
    if output is Format.csv:
        raise SettingsInvalid("`embudo doctor` prints a table or json; found --format csv.")
    findings = _look(config=config, home=place.root, inbox=inbox, quick=quick)
    is_sound = all(finding.state != "bad" for finding in findings)
    if output is Format.json:
        found = [dataclasses.asdict(finding) for finding in findings]
        typer.echo(json.dumps({"sound": is_sound, "findings": found}, indent=2))
    else:
        for finding in findings:
            out.print(f"  {_MARKS[finding.state]} {finding.area:<10}", end="")
            out.print(finding.said, markup=False, soft_wrap=True)
            if finding.mend:
                out.print(f"{'':<14}→ {finding.mend}", markup=False, soft_wrap=True, style="bold")
        wrong = sum(finding.state == "bad" for finding in findings)
        out.print("\nAll is sound." if is_sound else f"\n{wrong} thing(s) to mend.")
    if not is_sound:
        raise typer.Exit(1)


def _look(*, config: Path, home: Path, inbox: Path | None, quick: bool) -> list[Finding]:
    from orchestration.operations.doctor import Looking, diagnose
    from orchestration.settings import Home

    columns = (TextColumn("Hashing {task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        return diagnose(Looking(config, Home.at(home), inbox, quick, advance))


def _give_up(home: Path, load_id: str) -> None:
    from orchestration import ingestion, publication
    from orchestration.settings import Home

    place = Home.at(home)
    with publication.refresh_lock(place, run_id="doctor"):
        load = ingestion.discard_corrupt_load(place, load_id)
    out.print(
        f"Load {load_id} of {load.source}.{load.stream} no longer counts: {load.rows_landed:,} rows "
        f"of {', '.join(load.files)}. `embudo refresh` builds the data without them."
    )
