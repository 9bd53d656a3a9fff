"""The catalogue for a reader: the list of metrics, and one metric with everything about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from rich.console import Group
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from semantic_layer.labels import word
from semantic_layer.records import Metric, MetricCard
from semantic_layer.rendering.tables import narrow_table
from semantic_layer.rendering.values import text
from semantic_layer.results import ResultColumn
from semantic_layer.translation import Language

_ARROWS = {"up": "↑", "down": "↓"}
_LEFT_OUT: tuple[tuple[int, tuple[str, ...]], ...] = (
    (180, ()),
    (110, ("family", "label", "kind")),
    (0, ("family", "label", "kind", "unit", "better", "cadence")),
)
"""Minimum width of the terminal in columns, and what the catalogue leaves out there."""

_FAR = 2
"""Joins away from the fact; dimensions further off are counted, not listed."""


def metrics_table(metrics: Iterable[Metric], *, lang: Language = "en", width: int) -> Table:
    """Family by family: name, label, kind, unit, cadence and meaning; fewer of them where `width` is narrow."""
    table = narrow_table()
    table.row_styles = ["", "dim"]
    left_out = next(names for wide, names in _LEFT_OUT if width >= wide)
    columns = ("family", "metric", "label", "kind", "unit", "better", "cadence")
    for column in columns:
        if column not in left_out:
            table.add_column(word(column, lang), no_wrap=True)
    table.add_column(word("means", lang), overflow="fold", ratio=1)
    family = ""
    for metric in sorted(metrics, key=lambda m: (m.family, m.name)):
        cells = (
            word(metric.family, lang) if metric.family != family else "",
            f"[bold]{metric.name}[/bold]",
            _label(metric, lang),
            word(metric.kind, lang),
            word(metric.unit, lang),
            _ARROWS.get(metric.better, metric.better),
            word(metric.cadence, lang),
        )
        shown = (cell for name, cell in zip(columns, cells, strict=True) if name not in left_out)
        table.add_row(*shown, escape(metric.description))
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
    return Group(facts, "", Syntax(shown.sql, "sql", word_wrap=True, background_color="default"))


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
