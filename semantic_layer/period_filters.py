"""Comparisons of a time with a period that a filter names: '2026-05' is that month, '2026-W20' that week.

Under a grain the first day of a period names the period too, so that `metric_time = '2026-05-01'` by month is
May and not its first day. Which name is a time, and parsing the filter, does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from orchestration.core.errors import QueryInvalid
from orchestration.core.periods import first_day
from semantic_layer.period_names import read_period

FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""A comparison as it reads from its other side."""

_MIDNIGHT = re.compile(r"(?<=\d)[ T]00:00(:00(\.0+)?)?$")
_TIME_OF_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}(:.*)?")
_DAYS_TO_THE_NEXT = {"day": 1, "week": 7, "month": 32, "quarter": 93, "year": 367}


def period_of(text: str, grain: str) -> tuple[date, date] | None:
    """First day of a period that a text names, and of the next one; None for a plain day.

    A day that begins a period of `grain` names that period; any other day is a plain one. Midnight is its day. Raises
    `QueryInvalid` for a text that is neither.
    """
    written = _MIDNIGHT.sub("", text.strip())
    try:
        named, start = read_period(written)
    except QueryInvalid:
        _plain_day(text)
        return None
    period: str = named
    if named == "day":
        if grain in ("hour", "day") or first_day(grain, start) != start:
            return None
        period = grain
    return start, first_day(period, start + timedelta(days=_DAYS_TO_THE_NEXT[period]))


def compared_with_text(column: str, operator: str, text: str, grain: str) -> str:
    """The condition that a time stands in this relation to the day or period that a text names."""
    if period := period_of(text, grain):
        return compared(column, operator, period)
    return f"({column} {operator} {_plain_day(text)})"


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


def within(column: str, low: str, high: str, grain: str) -> str:
    """`between` two texts that name days or periods."""
    begins = compared_with_text(column, ">=", low, grain)
    ends = compared_with_text(column, "<=", high, grain)
    return f"({begins} and {ends})"


def one_of(column: str, texts: Sequence[str], grain: str) -> str:
    """`in` a list of texts that name days or periods."""
    conditions = [compared_with_text(column, "=", text, grain) for text in texts]
    return f"({' or '.join(conditions)})"


def _plain_day(text: str) -> str:
    """A plain day as a literal; raises `QueryInvalid` for a text that is none."""
    written = text.strip()
    try:
        return f"'{date.fromisoformat(_MIDNIGHT.sub('', written)).isoformat()}'"
    except ValueError:
        pass
    if _TIME_OF_DAY.fullmatch(written):
        raise QueryInvalid(
            f"`{text}` has a time of day, and times are filtered by whole days. Write the day, and filter the hour by "
            "its own dimension, such as call__hour = 10 or call__half_hour >= '09:30'."
        )
    raise QueryInvalid(
        f"`{text}` is neither a day nor a period: write 2026-05-13, 2026-W20, 2026-05, 2026-Q2 or 2026."
    )
