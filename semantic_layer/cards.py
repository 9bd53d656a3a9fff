"""The catalogue for a reader: a list of metrics, and one metric whole.

How answers of queries look belongs to `present`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Group
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from semantic_layer.records import Metric, MetricCard

if TYPE_CHECKING:
    from semantic_layer.present import Language

_ARROWS = {"up": "↑", "down": "↓"}
_FAR = 2
"""Joins away from the fact; dimensions further off are counted, not listed."""


def metrics_table(metrics: Iterable[Metric], *, lang: Language = "en") -> Table:
    """Name, label, kind, unit, cadence and meaning, family by family."""
    table = Table(row_styles=["", "dim"])
    for column in ("Family", "Metric", "Label", "Kind", "Unit", "Better", "Cadence"):
        table.add_column(column)
    table.add_column("What it means", overflow="fold", ratio=1)
    family = ""
    for metric in sorted(metrics, key=lambda m: (m.family, m.name)):
        table.add_row(
            metric.family if metric.family != family else "",
            f"[bold]{metric.name}[/bold]",
            _label(metric, lang),
            metric.kind,
            metric.unit,
            _ARROWS.get(metric.better, metric.better),
            metric.cadence,
            escape(metric.description),
            end_section=False,
        )
        family = metric.family
    return table


def metrics_json(metrics: Iterable[Metric]) -> str:
    """The catalogue as a JSON list, one object a metric."""
    return json.dumps([asdict(metric) for metric in metrics], ensure_ascii=False, indent=2)


def card(shown: MetricCard, *, lang: Language = "en") -> Group:
    """One metric whole: formula, inputs, dimensions, cadence, owner, lineage and SQL."""
    metric = shown.metric
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    near = [d.name for d in shown.dimensions if d.name.count("__") < _FAR]
    far = len(shown.dimensions) - len(near)
    for name, value in (
        ("Metric", f"{metric.name}  ({_label(metric, lang)})"),
        ("Means", metric.description),
        ("Formula", metric.formula),
        ("Kind", metric.kind),
        ("Made of", ", ".join(metric.inputs) or "-"),
        ("Unit", f"{metric.unit}, {_ARROWS.get(metric.better, '')} is better"),
        ("Cadence", metric.cadence),
        ("Watched by", ", ".join(metric.roles)),
        ("Owner", metric.owner),
        ("By", ", ".join(near) + (f", and {far} further away" if far else "")),
        ("Grains", ", ".join(shown.grains)),
        ("Marts", ", ".join(shown.lineage.models)),
        ("Streams", ", ".join(shown.lineage.streams)),
        ("Seeds", ", ".join(shown.lineage.seeds) or "-"),
    ):
        facts.add_row(name, escape(value))
    return Group(facts, "", Syntax(shown.sql, "sql", word_wrap=True, background_color="default"))


def card_json(shown: MetricCard) -> str:
    """One metric whole, as a JSON object."""
    return json.dumps(asdict(shown), ensure_ascii=False, indent=2)


def _label(metric: Metric, lang: Language) -> str:
    return (metric.label_es if lang == "es" else "") or metric.label
