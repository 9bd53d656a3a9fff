"""Answers made readable: a table for people, CSV for spreadsheets, JSON for programs.

Only the table rounds and adds units. CSV and JSON hold every digit, rates as 0 to 1. Nothing is
computed here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from semantic_layer.labels import Language, word
from semantic_layer.records import QueryResult, ResultColumn, Trust

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BLOCKS = " ▏▎▍▌▋▊▉█"
_BAR_WIDTH = 24
_SIDE_BY_SIDE = 6
"""Metrics that a terminal has room for beside one another."""
_WORDS: dict[str, dict[Language, str]] = {
    "days": {"en": "days", "es": "días"},
    "hours": {"en": "h", "es": "h"},
    "seconds": {"en": "s", "es": "s"},
    "day": {"en": "day", "es": "día"},
    "none": {"en": "No rows.", "es": "Sin filas."},
    "release": {"en": "Release", "es": "Versión"},
    "as_of": {"en": "data as of", "es": "datos hasta"},
    "verdict": {"en": "gate", "es": "control"},
    "draft": {"en": "draft definitions", "es": "definiciones en borrador"},
    "pass": {"en": "passed", "es": "superado"},
    "warn": {"en": "passed with warnings", "es": "superado con avisos"},
    "fail": {"en": "failed", "es": "no superado"},
    "accepted": {"en": "accepted by hand", "es": "aceptado a mano"},
    "loads": {"en": "last loads", "es": "últimas cargas"},
    "chart": {"en": "", "es": ""},
}


def label(column: ResultColumn, lang: Language = "en") -> str:
    """A column's heading."""
    return (column.label_es if lang == "es" else "") or column.label


def text(value: object, column: ResultColumn, *, lang: Language = "en", currency: str = "") -> str:
    """A value as a person reads it: 63.15 %, 10,005,534.00 EUR, 51.78 days; es: 63,15 %."""
    if value is None:
        return "–"
    if column.kind != "metric":
        return _dimension_text(value)
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return str(value)
    unit = column.unit
    if unit == "percent":
        return f"{_number(float(value) * 100, 2, lang)} %"
    if unit in ("days", "hours", "seconds"):
        return f"{_number(value, 2, lang)} {_WORDS[unit][lang]}"
    if unit.startswith("currency"):
        per = f" / {_WORDS['day'][lang]}" if unit == "currency per day" else ""
        return f"{_number(value, 2, lang)} {currency}".rstrip() + per
    if isinstance(value, int) or (unit == "count" and value == int(value)):
        return _number(value, 0, lang)
    return _number(value, 2, lang)


def _dimension_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    # Signs that turn the direction of a line, or move the cursor, would change what is around them.
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def _number(value: float | Decimal, places: int, lang: Language) -> str:
    written = f"{value:,.{places}f}"
    if lang == "es":
        written = written.translate(str.maketrans(",.", ".,"))
    return written


def to_table(result: QueryResult, *, lang: Language = "en", currency: str = "") -> Group:
    """A table for a terminal, with bars where it is one metric over time, and its trust.

    More metrics than a terminal is wide stand under one another.
    """
    from rich.console import Group
    from rich.text import Text

    money = currency or result.currency
    rows = result.table.to_pylist()
    many = sum(column.kind == "metric" for column in result.columns) > _SIDE_BY_SIDE
    table = _long(result, rows, lang, money) if many else _wide(result, rows, lang, money)
    body = table if rows else Text(_WORDS["none"][lang])
    return Group(body, Text(trust_line(result.trust, lang=lang), style="dim"))


def _wide(
    result: QueryResult, rows: Sequence[Mapping[str, Any]], lang: Language, money: str
) -> Table:
    """A row a row, a column a metric."""
    from rich.table import Table
    from rich.text import Text

    charted = _charted(result)
    table = Table(header_style="bold")
    for column in result.columns:
        right = column.kind == "metric"
        heading = Text(label(column, lang))
        table.add_column(heading, justify="right" if right else "left", no_wrap=right)
    bars = _bars([row[charted] for row in rows]) if charted else []
    if charted:
        table.add_column(_WORDS["chart"][lang], no_wrap=True)
    for number, row in enumerate(rows):
        cells = [
            Text(text(row[column.name], column, lang=lang, currency=money))
            for column in result.columns
        ]
        table.add_row(*cells, *([bars[number]] if charted else []))
    return table


def _long(
    result: QueryResult, rows: Sequence[Mapping[str, Any]], lang: Language, money: str
) -> Table:
    """A row a metric; what it is grouped by stands at the first of them."""
    from rich.table import Table
    from rich.text import Text

    groups = [column for column in result.columns if column.kind != "metric"]
    table = Table(header_style="bold")
    for column in groups:
        table.add_column(Text(label(column, lang)))
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


def narrow_table(title: str | None = None) -> Table:
    """A table without walls, so that much is seen on 80 columns."""
    from rich import box
    from rich.table import Table

    return Table(
        title=title,
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )


def trust_line(trust: Trust, *, lang: Language = "en") -> str:
    """One line: release, data-as-of, verdict and the last load of each stream (UTC)."""
    parts = [f"{_WORDS['release'][lang]} {trust.release_id}"]
    if trust.as_of:
        parts.append(f"{_WORDS['as_of'][lang]} {_minute(trust.as_of)} UTC")
    words = _WORDS.get(trust.verdict)
    parts.append(f"{_WORDS['verdict'][lang]} {words[lang] if words else trust.verdict}")
    if trust.draft:
        parts.append(_WORDS["draft"][lang])
    if trust.accepted:
        told = "; ".join(f"{check} ({why})" for check, why in trust.accepted.items())
        parts.append(f"{_WORDS['accepted'][lang]}: {told}")
    loads = [f"{name} {_minute(at)}" for name, at in trust.streams.items() if at]
    if loads:
        parts.append(f"{_WORDS['loads'][lang]}: {', '.join(loads)}")
    return " · ".join(parts)


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _charted(result: QueryResult) -> str | None:
    """The metric to draw: the only one, over time and nothing else, with two rows or more."""
    metrics = [column.name for column in result.columns if column.kind == "metric"]
    groups = [column.kind for column in result.columns if column.kind != "metric"]
    if len(metrics) != 1 or groups != ["time"] or result.table.num_rows < 2:
        return None
    return metrics[0]


def _bars(values: Sequence[Any]) -> list[str]:
    """A bar for each value, as long as its share of the largest; none for what is below zero."""
    numbers = [float(value) if value is not None else 0.0 for value in values]
    top = max(numbers, default=0.0)
    if top <= 0:
        return ["" for _ in numbers]
    bars: list[str] = []
    for number in numbers:
        eighths = round(max(number, 0.0) / top * _BAR_WIDTH * 8)
        bars.append("█" * (eighths // 8) + _BLOCKS[eighths % 8].strip())
    return bars


def to_csv(result: QueryResult) -> str:
    """MetricFlow's names and plain values; a text that a spreadsheet would run gets a `'`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in result.columns])
    for row in result.table.to_pylist():
        writer.writerow([csv_cell(row[column.name]) for column in result.columns])
    return out.getvalue()


def csv_cell(value: object) -> str:
    """A value as a cell; a text that a spreadsheet would run gets a `'` before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return repr(value) if isinstance(value, float) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    written = str(value)
    return f"'{written}" if written.startswith(_FORMULA_STARTS) else written


def to_json(result: QueryResult, *, lang: Language = "en") -> str:
    """`metrics`, `columns`, `rows` (objects by column name), `trust`; every digit."""
    payload = {
        "metrics": list(result.request.metrics),
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "label": label(column, lang),
                "unit": column.unit or None,
                "grain": column.grain or None,
            }
            for column in result.columns
        ],
        "rows": [
            {column.name: _json_value(row[column.name]) for column in result.columns}
            for row in result.table.to_pylist()
        ],
        "trust": trust_dict(result.trust),
    }
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, indent=2)


def trust_dict(trust: Trust) -> Mapping[str, object]:
    """A trust as plain data; times in ISO form, UTC."""
    return {
        "release_id": trust.release_id,
        "as_of": _iso(trust.as_of),
        "verdict": trust.verdict,
        "published_at": _iso(trust.published_at),
        "draft": trust.draft,
        "accepted": dict(trust.accepted),
        "streams": {name: _iso(at) for name, at in trust.streams.items()},
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _json_value(value: object) -> object:
    """Plain JSON: whole decimals as integers, others as numbers; NaN and infinity as nothing."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)
