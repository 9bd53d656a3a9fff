"""`embudo metrics`: the catalogue, and one metric in full."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli import console, options
from orchestration.cli.query import layer_for

PANEL = options.Panel.ANALYSTS


def metrics(
    name: Annotated[str | None, typer.Argument(help="One metric, to show it in full.")] = None,
    family: options.FamilyOption = None,
    release: options.ReleaseOption = None,
    draft: options.DraftOption = False,
    output: options.FormatOption = options.Format.table,
    lang: options.LanguageOption = options.Language.en,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """List the metrics, or show one in full: formula, inputs, dimensions, cadence, owner, lineage, SQL."""
    from semantic_layer.metric_card import metric_card
    from semantic_layer.rendering import metric_views

    wanted = (name,) if name else ()
    layer = layer_for(wanted, home=home, config=config, release=release, draft=draft)
    if name:
        card = metric_card(layer, name)
        if output is options.Format.json:
            typer.echo(metric_views.card_json(card))
        else:
            console.out.print(metric_views.card(card, lang=lang.value))
        return
    chosen = [metric for metric in layer.metrics() if family in (None, metric.family)]
    if output is options.Format.json:
        typer.echo(metric_views.metrics_json(chosen))
    else:
        console.out.print(metric_views.metrics_table(chosen, lang=lang.value))
