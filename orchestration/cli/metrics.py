"""`embudo metrics`: the catalogue, and one metric in full."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.console import out
from orchestration.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    DraftOption,
    FamilyOption,
    Format,
    FormatOption,
    HomeOption,
    Language,
    LanguageOption,
    Panel,
    ReleaseOption,
)
from orchestration.cli.query import layer_for

PANEL = Panel.ANALYSTS


def metrics(
    name: Annotated[str | None, typer.Argument(help="One metric, to show it in full.")] = None,
    family: FamilyOption = None,
    release: ReleaseOption = None,
    draft: DraftOption = False,
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List the metrics, or show one in full: formula, inputs, dimensions, cadence, owner, lineage, SQL."""
    from semantic_layer.metric_card import metric_card
    from semantic_layer.rendering import metric_views

    wanted = (name,) if name else ()
    layer = layer_for(wanted, home=home, config=config, release=release, draft=draft)
    if name:
        card = metric_card(layer, name)
        if output is Format.json:
            typer.echo(metric_views.card_json(card))
        else:
            out.print(metric_views.card(card, lang=lang.value))
        return
    chosen = [metric for metric in layer.metrics() if family in (None, metric.family)]
    if output is Format.json:
        typer.echo(metric_views.metrics_json(chosen))
    else:
        out.print(metric_views.metrics_table(chosen, lang=lang.value))
