"""Comparisons of a time with a period that a filter names: '2026-05' is that month, '2026-W20' that week.

Under a grain the first day of a period names the period too, so that `metric_time = '2026-05-01'` by month is
May and not its first day. Which name is a time, and parsing the filter, does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from orchestration.core.errors import QueryInvalid
from orchestration.core.periods import first_day
from semantic_layer.period_names import read_period

FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""A comparison as it reads from its other side."""

_DAYS_TO_THE_NEXT = {"day": 1, "week": 7, "month": 32, "quarter": 93, "year": 367}


def period_of(text: str, grain: str) -> tuple[date, date] | None:
    """First day of a period that a text names, and of the next one; None for a plain day or another text.

    A day that begins a period of `grain` names that period; any other day is a plain one.
    """
    try:
        named, start = read_period(text)
    except QueryInvalid:
        return None
    period: str = named
    if named == "day":
        if grain in ("hour", "day") or first_day(grain, start) != start:
            return None
        period = grain
    return start, first_day(period, start + timedelta(days=_DAYS_TO_THE_NEXT[period]))


def compared(column: str, operator: str, period: tuple[date, date]) -> str:
    """The condition that a time stands in this relation to a whole period."""
    start, after = (f"'{day.isoformat()}'" for day in period)
    return {
        "=": f"({column} >= {start} and {column} < {after})",
        "<>": f"({column} < {start} or {column} >= {after})",
        ">=": f"({column} >= {start})",
        ">": f"({column} >= {after})",
        "<": f"({column} < {start})",
        "<=": f"({column} < {after})",
    }[operator]


def within(column: str, low: str, high: str, grain: str) -> str | None:
    """`between` two texts, of which at least one names a period; None where neither does."""
    first, last = period_of(low, grain), period_of(high, grain)
    if first is None and last is None:
        return None
    begins = compared(column, ">=", first) if first else f"({column} >= {_text(low)})"
    ends = compared(column, "<=", last) if last else f"({column} <= {_text(high)})"
    return f"({begins} and {ends})"


def one_of(column: str, texts: Sequence[str], grain: str) -> str | None:
    """`in` a list of texts, of which at least one names a period; None where none does."""
    periods = [period_of(text, grain) for text in texts]
    if not any(periods):
        return None
    conditions = [
        compared(column, "=", period) if period else f"({column} = {_text(text)})"
        for text, period in zip(texts, periods, strict=True)
    ]
    return f"({' or '.join(conditions)})"


def _text(value: str) -> str:
    """A plain day; raises `QueryInvalid` for a text that is none."""
    try:
        return f"'{date.fromisoformat(value.strip()).isoformat()}'"
    except ValueError:
        raise QueryInvalid(
            f"`{value}` is neither a day nor a period: write 2026-05-13, 2026-W20, 2026-05, 2026-Q2 or 2026."
        ) from None
