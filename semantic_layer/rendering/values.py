"""Single values made readable: numbers with units in two languages, cells of CSV, values of JSON."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

from semantic_layer.results import ResultColumn
from semantic_layer.translation import N_, Language, translate

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNITS = {"days": N_("days"), "hours": "h"}


def label(column: ResultColumn, lang: Language = "en") -> str:
    """A column's heading."""
    return (column.label_es if lang == "es" else "") or column.label


def text(
    value: object,
    column: ResultColumn,
    *,
    lang: Language = "en",
    currency: str = "",
    signed: bool = False,
) -> str:
    """A value as a person reads it: 63.15 %, 10,005,534.00 EUR, 51.78 days, 1:02:03; es: 63,15 %.

    `signed`: with a plus where it is above zero, for differences.
    """
    plus = signed and isinstance(value, int | float | Decimal) and value > 0
    written = _text(value, column, lang=lang, currency=currency)
    return f"+{written}" if plus else written


def _text(value: object, column: ResultColumn, *, lang: Language, currency: str) -> str:
    if value is None:
        return "–"
    if column.kind != "metric":
        return _dimension_text(value)
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return str(value)
    unit = column.unit
    if unit == "percent":
        return f"{_number(float(value) * 100, 2, lang)} %"
    if unit == "seconds":
        return _duration(float(value), lang)
    if unit in ("days", "hours"):
        return f"{_number(value, 2, lang)} {translate(_UNITS[unit], lang)}"
    if unit.startswith("currency"):
        per = f" / {translate(N_('day'), lang)}" if unit == "currency per day" else ""
        return f"{_number(value, 2, lang)} {currency}".rstrip() + per
    if isinstance(value, int) or (unit == "count" and value == int(value)):
        return _number(value, 0, lang)
    return _number(value, 2, lang)


def _dimension_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    # Signs that turn the direction of a line, or move the cursor, would change what is around them.
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def _duration(seconds: float, lang: Language) -> str:
    """Seconds as 1:02:03, below an hour as 2:03; rounded to whole ones."""
    if not math.isfinite(seconds):
        return str(seconds)
    minutes, rest = divmod(round(abs(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if seconds < 0 and (hours or minutes or rest) else ""
    if not hours:
        return f"{sign}{minutes}:{rest:02d}"
    return f"{sign}{_number(hours, 0, lang)}:{minutes:02d}:{rest:02d}"


def _number(value: float | Decimal, places: int, lang: Language) -> str:
    written = f"{value:,.{places}f}"
    if lang == "es":
        written = written.translate(str.maketrans(",.", ".,"))
    return written


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


def json_value(value: object) -> object:
    """Plain JSON: whole decimals as integers, others as numbers; NaN and infinity as nothing."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)
