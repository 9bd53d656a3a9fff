"""What people look at: `scorecard` and `alerts`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.analyst import Format, FormatOption, Language, LanguageOption, open_layer
from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    err,
    out,
)
from scorecards.roles import Role


class Grain(StrEnum):
    """How long a period is."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


class Severity(StrEnum):
    """How much an alert matters."""

    critical = "critical"
    warning = "warning"
    info = "info"


WhoOption = Annotated[
    str | None,
    typer.Option("--as", help="A rep (name or key), team or region; without it the company."),
]
ReleaseOption = Annotated[
    str | None, typer.Option("--release", help="An older release (see `embudo releases`).")
]


def scorecard(
    role: Annotated[Role, typer.Argument(help="Who looks.")],
    who: WhoOption = None,
    grain: Annotated[
        Grain | None, typer.Option("--grain", help="How long a period; a month unless said.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            help="2026-05-13, 2026-W20, 2026-05, 2026-Q2 or 2026; the last complete one unless said.",
        ),
    ] = None,
    release: ReleaseOption = None,
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    _config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """What a role looks at: each metric with target, benchmark, and the periods before.

    A running period is held against what is due of its target by now. A metric that is not looked at by the
    grain is shown by the next longer one.

    Examples:

    `embudo scorecard director`

    `embudo scorecard rep --as "Ana García" --grain week`

    `embudo scorecard manager --as Norte --period 2026-Q2 --lang es`
    """
    from scorecards import rendering
    from scorecards.views import scorecard_view

    layer = open_layer(home, release)
    view = scorecard_view(layer, role, who=who, grain=grain.value if grain else None, period=period)
    if output is Format.json:
        typer.echo(rendering.scorecard_json(view))
    elif output is Format.csv:
        typer.echo(rendering.scorecard_csv(view), nl=False)
    else:
        out.print(rendering.scorecard_table(view, lang=lang.value, width=out.width))
        if who is None:
            err.print("[dim]The whole company; --as REP_OR_TEAM shows one.[/dim]")


def alerts(
    rule: Annotated[
        str | None, typer.Option("--rule", help="Only this rule of seeds/alert_rules.csv.")
    ] = None,
    severity: Annotated[
        Severity | None, typer.Option("--severity", help="Only this severity.")
    ] = None,
    who: WhoOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows of the table at most.")] = 40,
    release: ReleaseOption = None,
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    _config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """What needs somebody's attention, as of the data-as-of time; the gravest first.

    Thresholds stand in `seeds/alert_rules.csv`.

    Examples:

    `embudo alerts --severity critical`

    `embudo alerts --as "Ana García" --rule task_overdue --format csv`
    """
    from scorecards import rendering
    from scorecards.views import alerts_view

    layer = open_layer(home, release)
    view = alerts_view(layer, rule=rule, severity=severity.value if severity else None, who=who)
    if output is Format.json:
        typer.echo(rendering.alerts_json(view))
    elif output is Format.csv:
        typer.echo(rendering.alerts_csv(view), nl=False)
    else:
        out.print(rendering.alerts_table(view, limit=limit, lang=lang.value, width=out.width))
