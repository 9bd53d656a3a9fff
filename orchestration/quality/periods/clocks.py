"""Clocks that are off: hours of the day and days of the week, on the company's calendar, moved as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor, log
from typing import Annotated
from zoneinfo import ZoneInfo

from orchestration.core.records import Severity
from orchestration.quality.limits import About
from orchestration.quality.periods.changes import Change
from orchestration.quality.periods.slices import StreamPeriods

_MONTHS = 3
"""Months of history with which a span is compared, at least."""


@dataclass(frozen=True)
class ClockLimits:
    """By how much the logarithm of the likelihood has to gain to be named, and to be certain: chance gains the latter
    once in a hundred million.
    """

    likely: Annotated[float, About("gain of the log-likelihood from which on moved hours warn")] = (
        10.0
    )
    certain: Annotated[float, About("gain from which on they stop")] = 20.0
    rows: Annotated[
        int, About("fresh rows, and rows of a month, whose hours are compared", low=1)
    ] = 60


CLOCK_LIMITS = ClockLimits()


@dataclass(frozen=True)
class Clocks:
    """Whose clocks a source may keep beside the company's: its own zone's, or UTC as machines do."""

    company: str
    source: str | None = None

    def ahead(self, day: date) -> tuple[float, ...]:
        """By how many hours the company is ahead of each on a day."""
        own = _offset(self.company, day)
        return tuple(own - _offset(zone, day) for zone in (self.source or self.company, "UTC"))


def _offset(zone: str, day: date) -> float:
    """Hours ahead of UTC at noon."""
    at = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).utcoffset()
    return at.total_seconds() / 3600 if at is not None else 0.0


def hours(
    periods: StreamPeriods, clocks: Clocks, limits: ClockLimits = CLOCK_LIMITS
) -> Iterator[Change]:
    """Hours of the day that moved together.

    Months on the same side of summer time are compared, in the company's zone and the source's; where there are too
    few, all are, and the hour of summer time is no change.
    """
    span = periods.fresh_span
    if span is None:
        return
    now = clocks.ahead(span[1])
    past = [
        (clocks.ahead(start if periods.is_short else start + timedelta(days=14)), counts.hours)
        for start, counts in periods.history()
        if sum(counts.hours) >= limits.rows
    ]
    same = [counts for ahead, counts in past if ahead == now]
    if len(same) >= _MONTHS:
        shift = _shift(periods.fresh.hours, same, limits)
    else:
        moved = {a - b for ahead, _ in past for a, b in zip(now, ahead, strict=True)}
        shift = _shift(
            periods.fresh.hours,
            [counts for _, counts in past],
            limits,
            allowed=frozenset({*moved, *(-step for step in moved)} - {0.0}),
        )
    if shift is not None:
        yield Change(
            text=f"its hours of the day are moved by {shift.by:+d} h: {shift.apart:.0%} of its rows are "
            f"in other hours than usual ({shift.usually:.0%} at most before)",
            severity=shift.severity,
            failures=sum(periods.fresh.hours),
        )


def weekdays(periods: StreamPeriods, limits: ClockLimits = CLOCK_LIMITS) -> Iterator[Change]:
    """Days of the week that moved together."""
    past = [counts.weekdays() for _, counts in periods.history() if counts.rows >= limits.rows]
    if periods.fresh_span is None or periods.is_short:
        return
    shift = _shift(periods.fresh.weekdays(), past, limits)
    if shift is not None:
        yield Change(
            text=f"its days of the week are moved by {shift.by:+d} day(s): {shift.apart:.0%} of its rows are on "
            f"other weekdays than usual ({shift.usually:.0%} at most before)",
            severity=shift.severity,
            failures=periods.fresh.rows,
        )


@dataclass(frozen=True)
class _Shift:
    """By how many places a distribution moved, its distance from the usual one, and the largest of a month before."""

    by: int
    apart: float
    usually: float
    severity: Severity


def _shift(
    now: Sequence[int],
    past: Sequence[Sequence[int]],
    limits: ClockLimits,
    *,
    allowed: frozenset[float] = frozenset(),
) -> _Shift | None:
    """How the distribution moved; None where it did not move.

    A shift counts where it explains the rows far better than none does (by the likelihood), and than any shift explains
    a month of history.
    """
    rows = sum(now)
    if rows < limits.rows or len(past) < _MONTHS:
        return None
    usual = _mean(past)
    by, gain = _best_shift(now, usual)
    if by == 0 or gain < limits.likely or any(by in (floor(step), ceil(step)) for step in allowed):
        return None
    gains = []
    for position, counts in enumerate(past):
        others = _mean([other for at, other in enumerate(past) if at != position])
        gains.append(_best_shift(counts, others)[1] / sum(counts))
    if gain / rows < 3 * max(gains):
        return None
    earlier = max(_apart([n / sum(counts) for n in counts], usual) for counts in past)
    return _Shift(
        by=by,
        apart=_apart([count / rows for count in now], usual),
        usually=earlier,
        severity="error" if gain >= limits.certain else "warn",
    )


def _mean(past: Sequence[Sequence[int]]) -> list[float]:
    """The mean distribution, with a little everywhere: an hour without a row so far is not impossible."""
    size = len(past[0])
    little = 0.002
    return [
        (sum(counts[position] / sum(counts) for counts in past) / len(past) + little)
        / (1 + little * size)
        for position in range(size)
    ]


def _best_shift(now: Sequence[int], usual: Sequence[float]) -> tuple[int, float]:
    """The shift under which the rows are likeliest, and the gain of its log-likelihood over none."""
    size = len(now)
    likelihoods = {
        by: sum(rows * log(usual[(position - by) % size]) for position, rows in enumerate(now))
        for by in range(-(size // 2) + 1, size // 2 + 1)
    }
    by = max(likelihoods, key=lambda shift: (likelihoods[shift], -abs(shift)))
    return by, likelihoods[by] - likelihoods[0]


def _apart(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(abs(share - other) for share, other in zip(first, second, strict=True)) / 2
