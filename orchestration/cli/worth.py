"""The analyst's `lint-metrics`: is each metric worth keeping?"""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.analyst import Format, FormatOption, Language, LanguageOption, layer_for
from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    out,
    plain,
)

if TYPE_CHECKING:
    from semantic_layer.metric_review import Worth

_SUMMARY = {
    "en": "{good} of {all} metrics lack nothing.",
    "es": "A {good} de {all} métricas no les falta nada.",
}


def lint_metrics(
    name: Annotated[str | None, typer.Argument(help="Only this metric.")] = None,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where anything is missing.")
    ] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="As the working tree defines them.")
    ] = False,
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Say of each metric what it lacks to be worth keeping: the six A's.

    Aligned: it serves an objective and somebody watches it. Attainable: it has a target that history has come
    near. Acute: it varies, and is no copy of another. Accurate: its marts have tests, and a test names it.
    Actionable: it has an owner and something to do. Alive: it has values, and its review is not overdue.
    """
    from orchestration.settings.project import names_in_tests
    from semantic_layer.metric_review import worth_of

    layer = layer_for((name,) if name else (), home=home, config=config, release=None, draft=draft)
    if name:
        layer.require(name)
    tested = names_in_tests(metric.name for metric in layer.metrics())
    judged = [
        worth
        for worth in worth_of(layer, tested=tested)
        if name in (None, worth.metric.name) and family in (None, worth.metric.family)
    ]
    if output is Format.json:
        typer.echo(
            json.dumps([_row(worth, lang) for worth in judged], ensure_ascii=False, indent=2)
        )
    elif output is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("metric", "quality", "missing"))
        for worth in judged:
            for finding in worth.findings:
                writer.writerow((worth.metric.name, finding.quality, finding.text(lang.value)))
    else:
        _show(judged, lang)
    if strict and any(worth.findings for worth in judged):
        raise typer.Exit(1)


def _row(worth: Worth, lang: Language) -> dict[str, object]:
    from semantic_layer.metric_review import QUALITIES

    return {
        "metric": worth.metric.name,
        "family": worth.metric.family,
        "missing": {
            quality: [f.text(lang.value) for f in worth.findings if f.quality == quality]
            for quality in QUALITIES
        },
    }


def _show(judged: list[Worth], lang: Language) -> None:
    from semantic_layer.labels import word
    from semantic_layer.metric_review import QUALITIES

    table = Table(header_style="bold")
    table.add_column(word("metric", lang.value), no_wrap=True)
    for quality in QUALITIES:
        table.add_column(word(quality, lang.value), justify="center")
    table.add_column(word("missing", lang.value), overflow="fold", ratio=1)
    for worth in judged:
        missing = {finding.quality for finding in worth.findings}
        table.add_row(
            worth.metric.name,
            *(
                "[red]✗[/red]" if quality in missing else "[green]✓[/green]"
                for quality in QUALITIES
            ),
            plain("; ".join(finding.text(lang.value) for finding in worth.findings)),
        )
    out.print(table)
    good = sum(not worth.findings for worth in judged)
    out.print(_SUMMARY[lang.value].format(good=good, all=len(judged)))
