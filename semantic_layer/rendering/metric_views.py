"""The catalogue for a reader: the list of metrics, and one metric with everything about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from semantic_layer.labels import word
from semantic_layer.records import Metric, MetricCard
from semantic_layer.rendering.fitted_table import FittedTable
from semantic_layer.rendering.values import text
from semantic_layer.results import ResultColumn
from semantic_layer.translation import Language

_ARROWS = {"up": "↑", "down": "↓"}
_FAR = 2
"""Joins away from the fact; dimensions further off are counted, not listed."""


def metrics_table(metrics: Iterable[Metric], *, lang: Language = "en") -> FittedTable:
    """Family by family: name, label, kind, unit, cadence and meaning."""
    table = FittedTable(row_styles=("", "dim"))
    for column in ("metric", "family", "label", "kind", "unit", "better", "cadence"):
        table.add_column(word(column, lang), no_wrap=column != "label")
    table.add_column(word("means", lang))
    family = ""
    for metric in sorted(metrics, key=lambda m: (m.family, m.name)):
        if family not in ("", metric.family):
            table.add_section()
        table.add_row(
            f"[bold]{metric.name}[/bold]",
            word(metric.family, lang),
            _label(metric, lang),
            word(metric.kind, lang),
            word(metric.unit, lang),
            _ARROWS.get(metric.better, metric.better),
            word(metric.cadence, lang),
            escape(metric.description),
        )
        family = metric.family
    return table


def metrics_json(metrics: Iterable[Metric]) -> str:
    """The catalogue as a JSON list, one object per metric."""
    return json.dumps([asdict(metric) for metric in metrics], ensure_ascii=False, indent=2)


def card(shown: MetricCard, *, lang: Language = "en") -> Group:
    """Everything about one metric: formula, inputs, dimensions, cadence, owner, lineage, last value and SQL."""
    metric = shown.metric
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    near = [d.name for d in shown.dimensions if d.name.count("__") < _FAR]
    far = len(shown.dimensions) - len(near)
    more = f", {word('and_far', lang).format(n=far)}" if far else ""
    better = (
        f"{word(metric.unit, lang)}, {_ARROWS.get(metric.better, '')} {word('is_better', lang)}"
    )
    for name, value in (
        ("metric", f"{metric.name}  ({_label(metric, lang)})"),
        ("means", metric.description),
        ("formula", metric.formula),
        ("last", _last(shown, lang)),
        ("kind", word(metric.kind, lang)),
        ("made_of", ", ".join(metric.inputs)),
        ("unit", better),
        ("cadence", word(metric.cadence, lang)),
        ("roles", ", ".join(word(role, lang) for role in metric.roles)),
        ("owner", metric.owner),
        ("objective", word(metric.objective, lang)),
        ("action", metric.action),
        ("by", ", ".join(near) + more),
        ("grains", ", ".join(word(grain, lang) for grain in shown.grains)),
        ("marts", ", ".join(shown.lineage.models)),
        ("through", ", ".join(shown.lineage.through)),
        ("streams", ", ".join(shown.lineage.streams)),
        ("seeds", ", ".join(shown.lineage.seeds)),
    ):
        facts.add_row(word(name, lang), escape(value or "-"))
    for warning in shown.warnings:
        notes = (("waived", warning.waiver), ("excepted", warning.exception))
        noted = "".join(f" ({word(name, lang)}: {note})" for name, note in notes if note)
        found = f"{warning.title}: {warning.observed}{noted}. {warning.remedy}"
        facts.add_row(word("warning", lang), escape(found))
    return Group(facts, "", _Sql(shown.sql))


class _Sql:
    """SQL in colour on a terminal; as it is where the output goes elsewhere, without padding."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if console.is_terminal:
            yield Syntax(self._sql, "sql", word_wrap=True, background_color="default")
        else:
            yield Text(self._sql)


def card_json(shown: MetricCard) -> str:
    """Everything about one metric, as a JSON object; its last value with every digit."""
    return json.dumps(asdict(shown), ensure_ascii=False, indent=2, default=str)


def _last(shown: MetricCard, lang: Language) -> str:
    """`1,234.00 EUR in the month of 2026-05-01 (before it 1,100.00 EUR)`."""
    last, metric = shown.last, shown.metric
    if last is None:
        return ""
    column = ResultColumn(name=metric.name, kind="metric", label="", unit=metric.unit)
    now, before = (
        text(value, column, lang=lang, currency=shown.currency)
        for value in (last.value, last.previous)
    )
    return word("in_period", lang).format(
        value=now, grain=word(last.grain, lang), day=last.period_start, before=before
    )


def _label(metric: Metric, lang: Language) -> str:
    return (metric.label_es if lang == "es" else "") or metric.label
