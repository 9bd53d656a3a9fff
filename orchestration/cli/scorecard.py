"""`embudo scorecard`: a role's metrics beside targets, benchmarks and other periods."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli import console, options
from scorecards.roles import Role

PANEL = options.Panel.MANAGERS


class Grain(StrEnum):
    """How long a period is."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


def scorecard(
    role: Annotated[Role, typer.Argument(help="Whose metrics to show.")],
    who: options.ScopeOption = None,
    grain: Annotated[
        Grain | None, typer.Option("--grain", help="Length of a period. Default: month.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            help="2026-05-13, 2026-W20, 2026-05, 2026-Q2 or 2026. Default: the last complete one.",
        ),
    ] = None,
    release: options.ReleaseOption = None,
    output: options.FormatOption = options.Format.table,
    lang: options.LanguageOption = options.Language.en,
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Show a role's metrics, each with target, benchmark and previous periods.

    A running period is compared with the share of its target that is due by now. A metric that is not reviewed at
    that grain is shown at the next longer one.

    Examples:

    `embudo scorecard director`

    `embudo scorecard rep --as "Ana García" --grain week`

    `embudo scorecard manager --as Norte --period 2026-Q2 --lang es`
    """
    from orchestration.operations.layer_selection import released_layer
    from scorecards import rendering
    from scorecards.views import scorecard_view

    layer = released_layer(home, release)
    view = scorecard_view(layer, role, who=who, grain=grain.value if grain else None, period=period)
    if output is options.Format.json:
        typer.echo(rendering.scorecard_json(view))
    elif output is options.Format.csv:
        typer.echo(rendering.scorecard_csv(view), nl=False)
        console.note_doubts(view.trust, lang)
    else:
        console.out.print(rendering.scorecard_table(view, lang=lang.value))
        if who is None:
            console.err.print("[dim]The whole company; --as REP_OR_TEAM shows one of them.[/dim]")
