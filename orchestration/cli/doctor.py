"""`embudo doctor`: what is wrong with a home, and the command that fixes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import SettingsInvalid

if TYPE_CHECKING:
    from rich.progress import TaskID

    from orchestration.operations.doctor import Finding
    from orchestration.settings import Home

PANEL = options.Panel.ENGINEERS

_MARKS = {"ok": "[green]✓[/green]", "warning": "[yellow]•[/yellow]", "error": "[red]✗[/red]"}


def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Compare sizes and fingerprints only.")
    ] = False,
    give_up: Annotated[
        str | None,
        typer.Option(
            "--give-up",
            metavar="LOAD",
            help="Drop the rows of a corrupt load whose source file is lost too.",
        ),
    ] = None,
    output: options.FormatOption = options.Format.table,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
    inbox: options.InboxOption = None,
) -> None:
    """Check settings, ledger, landing, releases, lock, disk, versions, clocks and leftovers.

    Names what is wrong and the command that fixes it; changes nothing itself. Exits with 1 where something is
    wrong. Hashes every landed file and release; `--quick` compares sizes and fingerprints only.
    """
    from orchestration.settings import Home

    company_home = Home.at(home)
    if give_up is not None:
        _give_up(company_home, give_up)
        return
    if output is options.Format.csv:
        raise SettingsInvalid("`embudo doctor` prints a table or json; found --format csv.")
    findings = _diagnose(config=config, home=company_home, inbox=inbox, quick=quick)
    errors = sum(finding.state == "error" for finding in findings)
    if output is options.Format.json:
        import json
        from dataclasses import asdict

        fields = {
            "healthy": not errors,
            "findings": [asdict(finding) for finding in findings],
        }
        typer.echo(json.dumps(fields, indent=2))
    else:
        _print(findings)
        console.out.print(f"\n{errors} problem(s) to fix." if errors else "\nNo problems found.")
    if errors:
        raise typer.Exit(1)


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        console.out.print(f"  {_MARKS[finding.state]} {finding.area:<12}", end="")
        console.out.print(finding.message, markup=False, soft_wrap=True)
        if finding.fix:
            console.out.print(
                f"{'':<16}→ {finding.fix}", markup=False, soft_wrap=True, style="bold"
            )


def _diagnose(*, config: Path, home: Home, inbox: Path | None, quick: bool) -> list[Finding]:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from orchestration.operations.doctor import Inspection, diagnose

    columns = (TextColumn("Hashing {task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, console=console.err, transient=True, disable=not console.err.is_terminal
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(area: str, done: int, total: int) -> None:
            if area not in tasks:
                tasks[area] = bar.add_task(area, total=total)
            bar.update(tasks[area], completed=done)

        return diagnose(Inspection(config, home, inbox, quick, advance))


def _give_up(home: Home, load_id: str) -> None:
    from orchestration import ingestion, publication

    with publication.refresh_lock(home, run_id="doctor"):
        load = ingestion.discard_corrupt_load(home, load_id)
    console.out.print(
        f"Load {load_id} of {load.source}.{load.stream} no longer counts: {load.rows_landed:,} rows "
        f"of {', '.join(load.files)}. `embudo refresh` rebuilds the data without them."
    )
