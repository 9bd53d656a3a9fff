"""Answers as tables for a terminal, with bars where they are one metric over time.

Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from semantic_layer.labels import word
from semantic_layer.rendering.fitted_table import FittedTable
from semantic_layer.rendering.trust_lines import trust_text
from semantic_layer.rendering.values import label, text
from semantic_layer.results import QueryResult
from semantic_layer.translation import N_, Language, translate

if TYPE_CHECKING:
    from rich.console import Group

_BLOCKS = " ▏▎▍▌▋▊▉█"
_BAR_WIDTH = 24
_MAX_METRIC_COLUMNS = 6
"""Metrics that fit side by side on a terminal."""


def to_table(result: QueryResult, *, lang: Language = "en", currency: str = "") -> Group:
    """A table for a terminal, with bars where it is one metric over time, and its trust.

    More metrics than fit side by side are listed in rows.
    """
    from rich.console import Group
    from rich.text import Text

    money = currency or result.currency
    rows = result.table.to_pylist()
    many = sum(column.kind == "metric" for column in result.columns) > _MAX_METRIC_COLUMNS
    table = _long(result, rows, lang, money) if many else _wide(result, rows, lang, money)
    body = table if rows else Text(translate(N_("No rows."), lang))
    return Group(body, Text(trust_text(result.trust, lang=lang), style="dim"))


def _wide(
    result: QueryResult, rows: Sequence[Mapping[str, Any]], lang: Language, money: str
) -> FittedTable:
    """One row per row of the answer, one column per metric; one row per metric where that is too wide."""
    from rich.text import Text

    charted = _charted(result)
    metrics = sum(column.kind == "metric" for column in result.columns)
    table = FittedTable(
        borders=True, otherwise=_long(result, rows, lang, money) if metrics > 1 else None
    )
    for column in result.columns:
        right = column.kind == "metric"
        table.add_column(
            Text(label(column, lang)),
            justify="right" if right else "left",
            no_wrap=right or column.kind == "time",
        )
    bars = _bars([row[charted] for row in rows]) if charted else []
    if charted:
        table.add_column("")
    for number, row in enumerate(rows):
        cells = [
            Text(text(row[column.name], column, lang=lang, currency=money))
            for column in result.columns
        ]
        table.add_row(*cells, *([bars[number]] if charted else []))
    return table


def _long(
    result: QueryResult, rows: Sequence[Mapping[str, Any]], lang: Language, money: str
) -> FittedTable:
    """One row per metric; the groups are written at the first of them."""
    from rich.text import Text

    groups = [column for column in result.columns if column.kind != "metric"]
    table = FittedTable(borders=True)
    for column in groups:
        table.add_column(Text(label(column, lang)), no_wrap=column.kind == "time")
    table.add_column(word("metric", lang))
    table.add_column(word("value", lang), justify="right", no_wrap=True)
    for row in rows:
        cells = [Text(text(row[column.name], column, lang=lang)) for column in groups]
        for column in result.columns[len(groups) :]:
            value = text(row[column.name], column, lang=lang, currency=money)
            table.add_row(*cells, Text(label(column, lang)), Text(value))
            cells = [Text("") for _ in groups]
        table.add_section()
    return table


def _charted(result: QueryResult) -> str | None:
    """The metric to chart: the only one, over time and nothing else, with two rows or more."""
    metrics = [column.name for column in result.columns if column.kind == "metric"]
    groups = [column.kind for column in result.columns if column.kind != "metric"]
    if len(metrics) != 1 or groups != ["time"] or result.table.num_rows < 2:
        return None
    return metrics[0]


def _bars(values: Sequence[Any]) -> list[str]:
    """One bar per value, as long as its share of the largest; none below zero."""
    numbers = [float(value) if value is not None else 0.0 for value in values]
    top = max(numbers, default=0.0)
    if top <= 0:
        return ["" for _ in numbers]
    bars: list[str] = []
    for number in numbers:
        eighths = round(max(number, 0.0) / top * _BAR_WIDTH * 8)
        bars.append("█" * (eighths // 8) + _BLOCKS[eighths % 8].strip())
    return bars
