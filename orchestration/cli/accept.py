"""`embudo accept`: a person lets one named breach of the gate through, once and by name."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.analyst import Format, FormatOption
from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    out,
    plain,
)
from orchestration.cli.engineer import print_rows

if TYPE_CHECKING:
    from orchestration.ingestion import Ledger
    from orchestration.refresh.workspace import Workspace
    from orchestration.settings import Home


def accept(
    check: Annotated[
        str | None,
        typer.Argument(help='A check as a failed refresh names it: NAME, or "NAME on SUBJECT".'),
    ] = None,
    because: Annotated[
        str, typer.Option("--because", help="Why the figures are right all the same.")
    ] = "",
    by: Annotated[
        str | None,
        typer.Option("--by", envvar="EMBUDO_USER", help="Who signs; your user name if left out."),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take an acceptance back, as long as it is unused.")
    ] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="List what was accepted, by whom and what it let out.")
    ] = False,
    output: FormatOption = Format.table,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Let one named breach of the quality gate through, for one refresh.

    It is signed with your name and the time, used up by the release that needed it, and shown in every
    answer of that release. A check that could not run cannot be accepted.

    `embudo accept "metric.revenue on revenue" --because "Black Friday"`, then `embudo refresh`.
    """
    from orchestration.ingestion import Ledger
    from orchestration.ingestion.ledger.waivers import grant_waiver, withdraw_waiver
    from orchestration.settings import Home

    place = Home.at(home).prepare()
    with Ledger(place.ledger) as ledger:
        if listed:
            _list(ledger, output)
            return
        if not check:
            raise typer.BadParameter("name a check, or ask for --list")
        if withdraw:
            if not withdraw_waiver(ledger, check):
                raise typer.BadParameter(f"no open acceptance of {check!r}; see --list")
            out.print(f"Withdrawn: {plain(check)}.")
            return
        if not because.strip():
            raise typer.BadParameter(
                '--because "…" is needed: whoever reads the figures sees the reason'
            )
        from orchestration.refresh.workspace import Workspace

        _require_known(check, Workspace.open(config=config, home=home, inbox=None))
        _require_ran(check, place, ledger)
        given = grant_waiver(
            ledger, check, reason=" ".join(because.split()), signed_by=by or getpass.getuser()
        )
    out.print(
        f"Accepted for one refresh: [bold]{plain(given.check)}[/bold] ({plain(given.text)}). "
        "`embudo refresh` uses it; `--withdraw` takes it back."
    )


def _require_known(check: str, workspace: Workspace) -> None:
    """Raise with the nearest names where no such check, or not on such a subject, is in the gate."""
    from orchestration.settings.values import nearest

    checks = workspace.required_checks(unit_tests=True)
    name, on, subject = check.partition(" on ")
    if name not in checks:
        raise typer.BadParameter(f"no check is called {name!r}{nearest_names(name, checks)}")
    subjects = {checks[name], *_subjects_of_loads(name, workspace)}
    if on and subject not in subjects:
        raise typer.BadParameter(
            f"{name} looks at {', '.join(sorted(subjects))}, not at {subject!r}"
            f"{nearest(subject, subjects)}"
        )


def nearest_names(name: str, checks: Mapping[str, str], *, limit: int = 5) -> str:
    """The checks most like a mistyped one, for a message."""
    from difflib import get_close_matches

    found = get_close_matches(name, checks, n=limit, cutoff=0.5)
    found = found or [one for one in sorted(checks) if name.casefold() in one.casefold()][:limit]
    hint = f"; the nearest are {', '.join(found)}" if found else ""
    return f"{hint}. `embudo status --explain` names those that failed"


def _subjects_of_loads(name: str, workspace: Workspace) -> set[str]:
    if not name.startswith("loads."):
        return set()
    sources = workspace.settings.sources
    return set(sources) | {
        f"{source}.{stream}" for source, spec in sources.items() for stream in spec.streams
    }


def _require_ran(check: str, place: Home, ledger: Ledger) -> None:
    """Raise where the check could not run in the last refresh: there is nothing to accept."""
    from orchestration import quality
    from orchestration.ingestion.ledger.runs import recent_refreshes

    last = next(iter(recent_refreshes(ledger, limit=1)), None)
    report = quality.read_gate(place.candidate(last.run_id)) if last else None
    for found in report.checks if report else ():
        if check in (found.name, found.title) and not found.ran:
            raise typer.BadParameter(
                f"{found.title} {found.observed}. What was not looked at cannot be accepted: mend "
                "what keeps it from running, then `embudo refresh`"
            )


def _list(ledger: Ledger, output: Format) -> None:
    from orchestration.ingestion.ledger.waivers import all_waivers

    rows = [
        {
            "check": one.check,
            "state": "withdrawn"
            if one.withdrawn
            else f"let out {one.release_id}"
            if one.release_id
            else f"used by run {one.used_by}"
            if one.used_by
            else "open",
            "signed_by": one.signed_by,
            "at": one.at.isoformat(),
            "because": one.because,
        }
        for one in all_waivers(ledger)
    ]
    if output is not Format.table:
        print_rows(rows, output)
        return
    if not rows:
        out.print("Nothing was ever accepted here.")
        return
    table = Table(title="Breaches accepted by hand", title_justify="left")
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(plain(value) for value in row.values()))
    out.print(table)
