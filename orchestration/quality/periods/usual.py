"""How many rows of a stream its earlier weeks make one expect, and how far such expectations were off before.

Nothing here knows of gates: comparing and judging belongs to the comparisons beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

WEEKS = 8
"""Weeks before a span of which each weekday's rows are the mean."""

_BACKTESTS = 12
_MAD_TO_DEVIATION = 1.4826


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Usual:
    """Rows of a weekday in the weeks before a day: their mean, and the fewest."""

    mean: float
    fewest: int


def usual_weekdays(days: Mapping[date, int], before: date) -> list[Usual]:
    """Monday to Sunday in the weeks before a day."""
    weekdays = []
    for weekday in range(7):
        back = (before - timedelta(days=1)).weekday() - weekday
        last = before - timedelta(days=1 + back % 7)
        rows = [days.get(last - timedelta(weeks=week), 0) for week in range(WEEKS)]
        weekdays.append(Usual(mean=sum(rows) / WEEKS, fewest=min(rows)))
    return weekdays


@dataclass(frozen=True)
class Volume:
    """Rows of a span, what was expected, and by which factor (as a logarithm) such expectations usually err."""

    rows: int
    expected: float
    spread: float
    season: float = 1.0
    """The same span a year before over what was expected then; 1 where nothing is known."""

    @property
    def ratio(self) -> float:
        """Rows over the expected ones."""
        return self.rows / self.expected if self.expected else math.inf

    def deviations(self, level: float = 1.0) -> float:
        """How far the rows are off `level` times what was expected, in usual errors; the nearer of season or none."""
        ratio = max(self.rows, 0.5) / self.expected if self.expected else math.inf
        error = math.sqrt(self.spread**2 + 1 / max(self.expected, 1))
        return min(
            (math.log(ratio / (level * season)) / error for season in (1.0, self.season)), key=abs
        )


def volume(days: Mapping[date, int], first: date, last: date) -> Volume | None:
    """Rows from `first` to `last` beside the weeks before; None without a history of eight weeks."""
    if not days or min(days) > first - timedelta(weeks=WEEKS):
        return None
    rows, expected = _rows_and_expected(days, first, last)
    length = timedelta(weeks=math.ceil(((last - first).days + 1) / 7))
    errors = []
    for times in range(1, _BACKTESTS + 1):
        then = first - times * length, last - times * length
        if min(days) > then[0] - timedelta(weeks=WEEKS):
            break
        was, usual = _rows_and_expected(days, *then)
        if usual >= 1:
            errors.append(abs(math.log(max(was, 0.5) / usual)))
    return Volume(
        rows=rows,
        expected=expected,
        spread=_spread(errors),
        season=_season(days, first, last),
    )


def _rows_and_expected(days: Mapping[date, int], first: date, last: date) -> tuple[int, float]:
    usual = usual_weekdays(days, first)
    span = days_between(first, last)
    return sum(days.get(day, 0) for day in span), sum(usual[day.weekday()].mean for day in span)


def _spread(errors: Sequence[float]) -> float:
    """The usual error of an expectation; a quarter where few were seen, at least 5 %."""
    if len(errors) < 3:
        return 0.25
    return max(_MAD_TO_DEVIATION * median(errors), 0.05)


def _season(days: Mapping[date, int], first: date, last: date) -> float:
    year = timedelta(weeks=52)
    if min(days) > first - year - timedelta(weeks=WEEKS):
        return 1.0
    rows, expected = _rows_and_expected(days, first - year, last - year)
    return min(max(rows / expected, 0.2), 5.0) if expected >= 10 and rows else 1.0
