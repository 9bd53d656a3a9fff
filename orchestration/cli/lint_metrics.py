"""`embudo lint-metrics`: what each metric lacks by the six A's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.cli.query import layer_for

if TYPE_CHECKING:
    from semantic_layer.metric_review import MetricReview

PANEL = options.Panel.ANALYSTS


def lint_metrics(
    name: Annotated[str | None, typer.Argument(help="Only this metric.")] = None,
    family: options.FamilyOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where anything is missing.")
    ] = False,
    draft: options.DraftOption = False,
    output: options.FormatOption = options.Format.table,
    lang: options.LanguageOption = options.Language.en,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Review each metric by the six A's, and list what it lacks.

    Aligned: it serves an objective and has roles that watch it. Attainable: it has a target that history has come
    near. Acute: it varies, and is no copy of another. Accurate: its marts have tests, and a test names it.
    Actionable: it has an owner and an action. Alive: it has values, and its review is not overdue.
    """
    from orchestration.settings.project import names_in_tests
    from semantic_layer.metric_review import review_metrics

    layer = layer_for((name,) if name else (), home=home, config=config, release=None, draft=draft)
    if name:
        layer.catalogue.metric(name)
    tested = names_in_tests(metric.name for metric in layer.metrics())
    reviews = [
        review
        for review in review_metrics(layer, tested=tested)
        if name in (None, review.metric.name) and family in (None, review.metric.family)
    ]
    _print(reviews, output, lang)
    if strict and any(review.findings for review in reviews):
        raise typer.Exit(1)


def _print(reviews: Sequence[MetricReview], output: options.Format, lang: options.Language) -> None:
    import csv
    import json
    import sys

    if output is options.Format.json:
        rows = [_row(review, lang) for review in reviews]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif output is options.Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("metric", "quality", "missing"))
        for review in reviews:
            for finding in review.findings:
                writer.writerow((review.metric.name, finding.criterion, finding.text(lang.value)))
    else:
        _print_table(reviews, lang)


def _row(review: MetricReview, lang: options.Language) -> dict[str, object]:
    from semantic_layer.review_findings import CRITERIA

    return {
        "metric": review.metric.name,
        "family": review.metric.family,
        "missing": {
            criterion: [f.text(lang.value) for f in review.findings if f.criterion == criterion]
            for criterion in CRITERIA
        },
    }


def _print_table(reviews: Sequence[MetricReview], lang: options.Language) -> None:
    from semantic_layer.labels import word
    from semantic_layer.rendering import FittedTable
    from semantic_layer.review_findings import CRITERIA
    from semantic_layer.translation import N_, translate

    table = FittedTable(borders=True)
    table.add_column(word("metric", lang.value), no_wrap=True)
    for criterion in CRITERIA:
        table.add_column(word(criterion, lang.value))
    table.add_column(word("missing", lang.value))
    for review in reviews:
        missing = {finding.criterion for finding in review.findings}
        table.add_row(
            review.metric.name,
            *(
                "[red]✗[/red]" if criterion in missing else "[green]✓[/green]"
                for criterion in CRITERIA
            ),
            console.plain("; ".join(finding.text(lang.value) for finding in review.findings)),
        )
    console.out.print(table)
    summary = translate(N_("{good} of {all} metrics lack nothing."), lang.value)
    good = sum(not review.findings for review in reviews)
    console.out.print(summary.format(good=good, all=len(reviews)))
