"""History that was delivered again: months of the last release that have other rows now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.periods.changes import Change
from orchestration.quality.periods.slices import StreamPeriods

_FEWEST = 20

_LATE = timedelta(days=3)
"""The last days of a release, whose rows are still coming in: they are compared by the release after the next."""


@dataclass(frozen=True)
class RestatedLimits:
    """By which part of its rows a month of the last release may change."""

    share: Annotated[float, About("rows that a month may gain or lose", high=1)] = 0.1
    lost_stops: Annotated[float, About("rows lost that stop", high=1)] = 0.4
    gained_stops: Annotated[float, About("rows gained that stop")] = 0.5


RESTATED_LIMITS = RestatedLimits()


def restated(periods: StreamPeriods, limits: RestatedLimits = RESTATED_LIMITS) -> Iterator[Change]:
    """Months before the fresh rows that gained or lost a part of their rows since the last release."""
    if not periods.before:
        return
    until = max(periods.before)
    now = _months(periods.days, until - _LATE)
    before = _months(periods.before, until - _LATE)
    for month in sorted(set(now) | set(before)):
        rows, was = now.get(month, 0), before.get(month, 0)
        change = rows - was
        if max(rows, was) < _FEWEST or abs(change) <= max(limits.share * was, 5):
            continue
        if month == until.replace(day=1) and change > 0 and rows < 2 * was:
            # rows of the last days come late
            continue
        certain = rows <= (1 - limits.lost_stops) * was or (
            was >= _FEWEST and rows >= (1 + limits.gained_stops) * was
        )
        yield Change(
            text=f"{month:%Y-%m} has {rows:,} rows ({was:,} in the last release)",
            severity="error" if certain else "warn",
            failures=abs(change),
            days=(f"{month:%Y-%m}",),
        )


def _months(days: Mapping[date, int], until: date) -> dict[date, int]:
    months: dict[date, int] = {}
    for day, rows in days.items():
        if day <= until:
            month = day.replace(day=1)
            months[month] = months.get(month, 0) + rows
    return months
