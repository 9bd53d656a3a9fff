"""`embudo waive`: a named check may fail in the next refresh, signed and with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options

if TYPE_CHECKING:
    from orchestration.operations.waivers import WaiverState

PANEL = options.Panel.ENGINEERS
ALIASES = ("accept",)

_ListOption = Annotated[
    bool,
    typer.Option("--list", help="List all waivers: who signed them, when, and their release."),
]
_RunOption = Annotated[
    str, typer.Option("--run", help="The refresh whose finding is waived. Default: the last.")
]
_UntilOption = Annotated[
    datetime | None,
    typer.Option(
        "--until", formats=["%Y-%m-%d"], help="The last day of the waiver. Default: 7 days."
    ),
]


def waive(
    check: Annotated[
        str | None,
        typer.Argument(help='A check as a failed refresh names it: NAME, or "NAME on SUBJECT".'),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why the figures are right although the check fails.")
    ] = "",
    because: Annotated[str, typer.Option("--because", hidden=True)] = "",
    by: Annotated[
        str | None,
        typer.Option(
            "--by", envvar="EMBUDO_USER", help="A name to show beside your account, which signs."
        ),
    ] = None,
    run: _RunOption = "",
    until: _UntilOption = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back a waiver that no release has used.")
    ] = False,
    listed: _ListOption = False,
    output: options.FormatOption = options.Format.table,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Waive one failed check of the quality gate, for one refresh.

    A waiver is for what a refresh found: the next one uses it where the check finds the same again, within a tenth. It
    is signed with your account and the time, expires unused after a week, is used up by the release that needs it, and
    shown in every answer of that release. A check that did not fail, or could not run, cannot be waived.

    `embudo waive "metric.revenue on revenue" --reason "Black Friday"`, then `embudo refresh`.
    """
    from orchestration.operations import waivers
    from orchestration.settings import Home
    from orchestration.settings.workspace import Workspace

    if listed:
        _print_waivers(waivers.list_waivers(Home.at(home)), output)
    elif not check:
        raise typer.BadParameter("name a check, or list the waivers with --list")
    elif withdraw:
        waivers.withdraw_waiver(Home.at(home), check)
        console.out.print(f"Withdrawn: the waiver of {console.plain(check)}.")
    else:
        workspace = Workspace.open(config=config, home=home, inbox=None)
        waiver = waivers.add_waiver(
            workspace,
            check,
            reason=reason or because,
            named=by or "",
            run=run,
            until=until.date() if until else None,
        )
        console.out.print(
            f"Waived for one refresh: [bold]{console.plain(waiver.check)}[/bold] ({console.plain(waiver.text)}). "
            "`embudo refresh` uses the waiver; `--withdraw` takes it back."
        )


def _print_waivers(waivers: Sequence[WaiverState], output: options.Format) -> None:
    from dataclasses import asdict

    rows = [
        asdict(waiver)
        | {"at": waiver.at.isoformat(), "until": waiver.until.isoformat() if waiver.until else ""}
        for waiver in waivers
    ]
    if output is not options.Format.table:
        console.print_rows(rows, output)
        return
    if not rows:
        console.out.print("No check was ever waived here.")
        return
    from semantic_layer.rendering import FittedTable

    table = FittedTable("Waivers, newest first", borders=True)
    for column in rows[0]:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*(console.plain(value) for value in row.values()))
    console.out.print(table)
