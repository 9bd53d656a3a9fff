"""`embudo alerts`: what needs attention in the business, by the rules of `seeds/alert_rules.csv`.

Notifications about refreshes belong to `embudo notify`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli import console, options

PANEL = options.Panel.MANAGERS


class Severity(StrEnum):
    """How much an alert matters."""

    critical = "critical"
    warning = "warning"
    info = "info"


def alerts(
    rule: Annotated[
        str | None, typer.Option("--rule", help="Only this rule of seeds/alert_rules.csv.")
    ] = None,
    severity: Annotated[
        Severity | None, typer.Option("--severity", help="Only this severity.")
    ] = None,
    who: options.ScopeOption = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Maximum number of rows in the table.")
    ] = 40,
    release: options.ReleaseOption = None,
    output: options.FormatOption = options.Format.table,
    lang: options.LanguageOption = options.Language.en,
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """List what needs attention as of the release's data, most severe first.

    Thresholds are in `seeds/alert_rules.csv`.

    Examples:

    `embudo alerts --severity critical`

    `embudo alerts --as "Ana García" --rule task_overdue --format csv`
    """
    from orchestration.operations.layer_selection import released_layer
    from scorecards import rendering
    from scorecards.views import alerts_view

    layer = released_layer(home, release)
    view = alerts_view(layer, rule=rule, severity=severity.value if severity else None, who=who)
    if output is options.Format.json:
        typer.echo(rendering.alerts_json(view))
    elif output is options.Format.csv:
        typer.echo(rendering.alerts_csv(view), nl=False)
    else:
        console.out.print(rendering.alerts_table(view, limit=limit, lang=lang.value))
