"""`embudo status`: what is fresh, what failed, why, and what to do, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli import console, options

if TYPE_CHECKING:
    from orchestration.operations.status import RefreshStatus, Status, StreamStatus
    from orchestration.settings import Home as HomePaths

PANEL = options.Panel.ENGINEERS

_COLOURS = {"pass": "green", "warn": "yellow", "running": "yellow"}


def status(
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show the checks that do not pass: those of the current release, and of a failed last refresh.",
        ),
    ] = False,
    output: options.FormatOption = options.Format.table,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Show what is fresh, what failed, why, and what to do next."""
    from orchestration.operations.status import read_status
    from orchestration.operations.status_advice import advice
    from orchestration.settings import Home

    facts = read_status(Home.at(home))
    to_do = advice(facts, config=config, home=home)
    if output is options.Format.json:
        typer.echo(_as_json(facts, to_do))
        return
    _print_release(facts)
    _print_streams(facts.streams)
    _print_refreshes(facts.refreshes)
    if explain:
        _print_explanations(facts, Home.at(home))
    console.out.print("\n[bold]What to do[/bold]")
    for sentence in to_do:
        console.out.print(f"  • {console.plain(sentence)}")


def _print_explanations(facts: Status, home: HomePaths) -> None:
    from orchestration.operations.status import explain_last_failure, explain_release

    of_release = explain_release(home, facts.release) if facts.release else ()
    of_failure = explain_last_failure(home, facts.refreshes) or ("The last refresh did not fail.",)
    for title, *lines in (of_release, of_failure) if of_release else (of_failure,):
        console.out.print(f"\n[bold]{console.plain(title)}[/bold]")
        for line in lines:
            console.out.print(line, markup=False, soft_wrap=True)


def _as_json(facts: Status, to_do: Sequence[str]) -> str:
    import json
    from dataclasses import asdict

    def text(value: object) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)

    fields: dict[str, Any] = {
        "release": asdict(facts.release) if facts.release else None,
        "corruption": facts.corruption,
        "running": facts.running,
        "sources": [asdict(stream) for stream in facts.streams],
        "refreshes": [
            {key: value for key, value in asdict(run).items() if key != "detail"} | dict(run.detail)
            for run in facts.refreshes
        ],
        "rejected_files": [asdict(file) for file in facts.rejected_files],
        "quarantined_loads": [asdict(load) for load in facts.quarantined_loads],
        "waivers": [{"check": waiver.check, "signed": waiver.text} for waiver in facts.waivers],
        "advice": to_do,
    }
    return json.dumps(fields, indent=2, default=text)


def _print_release(facts: Status) -> None:
    from orchestration.operations.ages import ago

    if (running := facts.running) is not None:
        details = (
            f": run {running.get('run_id', 'unknown')}, pid {running.get('pid', 'unknown')}, since "
            f"{ago(datetime.fromisoformat(running['since']))}."
            if "since" in running
            else "."
        )
        console.out.print(f"[yellow]A refresh is running[/yellow]{details}")
    release = facts.release
    if release is None:
        text = "The current release is corrupt." if facts.corruption else "No release yet."
        console.out.print(f"[{'red' if facts.corruption else 'yellow'}]{text}[/]")
        return
    console.out.print(
        f"Current release [bold]{release.release_id}[/bold], data as of {release.as_of:%Y-%m-%d %H:%M} UTC, "
        f"verdict [bold]{release.verdict}[/bold], published {ago(release.published_at)}."
    )
    for check, reason in release.waived.items():
        console.out.print(f"Waived: {check} ({reason})", markup=False)
    for check, found in release.excepted.items():
        console.out.print(f"Excepted: {check}: {found}", markup=False, soft_wrap=True)
    console.out.print(f"Its Data Docs: {release.data_docs}", markup=False, soft_wrap=True)


def _print_streams(streams: Sequence[StreamStatus]) -> None:
    from semantic_layer.rendering import FittedTable

    table = FittedTable("Sources")
    table.add_column("Stream", no_wrap=True)
    for column in ("Rows", "In quarantine", "Last load", "Newest data"):
        table.add_column(column, justify="right", no_wrap=True)
    for stream in streams:
        quarantined = stream.rows_quarantined
        table.add_row(
            f"{stream.source}.{stream.stream}",
            f"{stream.rows_landed:,}",
            f"[yellow]{quarantined:,}[/yellow]" if quarantined else "0",
            _age_text(stream.last_load),
            _age_text(stream.newest_data) if stream.newest_data else "no dates",
        )
    console.out.print(table)


def _print_refreshes(refreshes: Sequence[RefreshStatus]) -> None:
    from orchestration.operations.ages import ago
    from orchestration.operations.status import LAST_REFRESHES
    from semantic_layer.rendering import FittedTable

    table = FittedTable(f"Last {LAST_REFRESHES} refreshes")
    for column in ("Run", "Started", "Verdict"):
        table.add_column(column, no_wrap=True)
    for column in ("Why it ran", "Failed checks"):
        table.add_column(column)
    table.add_column("Seconds", justify="right")
    for run in refreshes:
        colour = _COLOURS.get(run.verdict, "red")
        table.add_row(
            run.run_id,
            ago(run.started_at),
            f"[{colour}]{run.verdict}[/{colour}]",
            ", ".join(run.detail.get("reasons", [])),
            ", ".join(run.detail.get("failed_checks", [])[:3]),
            f"{run.detail['seconds']:.1f}" if "seconds" in run.detail else "",
        )
    console.out.print(table)


def _age_text(moment: datetime) -> str:
    from orchestration.operations.ages import ago

    return ago(moment).removesuffix(" ago")
