"""A figure's month beside its history: the months before, the same month a year ago, and its usual days.

A month is compared with what each of them makes one expect, and what is near one of them is usual: growth, trend and
season are none. A month of a few days that stand out, or without rows, is a campaign or a closure, and no level.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Annotated

from orchestration.core.records import Severity
from orchestration.quality.limits import About
from orchestration.quality.measures import Day, is_last_of_month

_MAD_TO_DEVIATION = 1.4826
_LEAST_SPREAD = 0.06
_MONTHS, _YEAR = 6, 12
_WEEKS = 8

FEWEST_DAYS, _FEWEST_ROWS = 7, 20
"""Days of a month that is not over, and rows of an expected one, from which on it is judged."""

_USUAL_STEP = (0.9, 1.15)
"""The growth from one month to the next that is carried on."""


@dataclass(frozen=True)
class HistoryLimits:
    """From which factor on a month beside its history warns or stops, and by how many of its own deviations."""

    high_warns: Annotated[
        float, About("times the months before from which on a month warns", low=1)
    ] = 1.6
    high_stops: Annotated[float, About("times from which on it stops", low=1)] = 1.8
    low_warns: Annotated[
        float, About("part of the months before below which a month warns", high=1)
    ] = 0.6
    low_stops: Annotated[float, About("part below which it stops", high=1)] = 0.4
    deviations: Annotated[float, About("usual deviations that a month must be off to be named")] = (
        5.0
    )
    first_year: Annotated[
        float, About("how much further off it must be where no year ago is known", low=1)
    ] = 1.6
    of_single_days: Annotated[
        float, About("times from which on a figure of single days warns", low=1)
    ] = 3.0
    """From which factor on a figure of single days warns, up or down: mailings, and the spend on fairs."""
    restated_warns: Annotated[float, About("part by which a closed month may be restated")] = 0.2
    restated_stops: Annotated[float, About("part from which on a restated month stops")] = 0.4


@dataclass(frozen=True)
class Fault:
    """What is unusual of a figure, as text; `names` are whose it is, of a `kind` (region, team, rep)."""

    text: str
    severity: Severity
    month: date
    kind: str = ""
    names: tuple[str, ...] = ()
    beside_release: bool = False
    """Whether it is a difference from what the last release had of the month."""


def month_before(month: date, count: int = 1) -> date:
    """The first day of the month that many before."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def by_month(days: Mapping[date, Day], last_day: int = 31) -> dict[date, Day]:
    """Rows and value of the first days of each month; the first month is left out, which often begins in its middle."""
    months: dict[date, Day] = {}
    for day, figure in days.items():
        if day.day <= last_day:
            known = months.get(day.replace(day=1), Day(0, 0.0))
            months[day.replace(day=1)] = Day(known.rows + figure.rows, known.value + figure.value)
    if days:
        months.pop(min(days).replace(day=1), None)
    return months


def unusual_month(
    days: Mapping[date, Day], month: date, as_of: date, limits: HistoryLimits
) -> Fault | None:
    """Whether a month, as far as it went on a day, is far from its history; None where there is too little."""
    last = as_of.day if month == as_of.replace(day=1) and not is_last_of_month(as_of) else 31
    months = by_month(days, last)
    now = months.get(month, Day(0, 0.0))
    expected = _expected(months, month)
    errors = [
        min(
            (abs(math.log(months[earlier].value / e)) for e in _expected(months, earlier)),
            default=None,
        )
        for earlier in sorted(months)
        if earlier < month and months[earlier].value > 0
    ]
    known = [error for error in errors if error is not None]
    if last < FEWEST_DAYS or not expected or len(known) < 3 or now.value <= 0:
        return None
    rows = median(months[earlier].rows for earlier in sorted(months) if earlier < month)
    if max(rows, now.rows) < _FEWEST_ROWS:
        return None
    nearest = min(expected, key=lambda e: abs(math.log(now.value / e)))
    factor = now.value / nearest
    spread = max(_MAD_TO_DEVIATION * median(known), _LEAST_SPREAD)
    # a figure of one day of the month is paid or planned: its rows do not come by chance, nor has it days to compare
    is_monthly = len({day for day in days if day < month}) <= 2 * len(months)
    error = spread if is_monthly else math.sqrt(spread**2 + 1 / max(min(rows, now.rows), 1))
    wider = 1.0 if month_before(month, _YEAR) in months else limits.first_year
    if abs(math.log(factor)) < limits.deviations * error:
        return None
    day = factor if is_monthly else usual_day(days, month, as_of, high=factor > 1)
    severity = _severity(factor, day, wider, limits)
    if severity is None:
        return None
    text = f"{now.value:,.6g} in {month:%Y-%m}, {factor:.2g} times the {nearest:,.6g} of the months before"
    return Fault(text, severity, month)


def _severity(
    factor: float, day: float | None, wider: float, limits: HistoryLimits
) -> Severity | None:
    """`day`: the factor of a usual day of the month, None where too few days have rows to say."""
    is_high = factor > 1
    warns = (limits.high_warns if is_high else 1 / limits.low_warns) * wider
    stops = (limits.high_stops if is_high else 1 / limits.low_stops) * wider
    times = factor if is_high else 1 / factor
    if day is None:
        # what is sent or spent on single days moves as campaigns do
        return "warn" if times >= limits.of_single_days else None
    moved = day if is_high else 1 / max(day, 0.01)
    if times < warns or moved < math.sqrt(warns / wider):
        return None
    return "error" if times >= stops else "warn"


def _expected(months: Mapping[date, Day], month: date) -> list[float]:
    """What the months before make one expect of a month: their level, carried on, and the same month a year ago."""
    before = [
        months[earlier].value
        for earlier in (month_before(month, count) for count in range(_MONTHS, 0, -1))
        if earlier in months and months[earlier].value > 0
    ]
    if len(before) < 3:
        return []
    steps = [later / earlier for earlier, later in pairwise(before)]
    step = min(max(median(steps), _USUAL_STEP[0]), _USUAL_STEP[1])
    levels = [before[-1], median(before[-3:]), median(before[-3:]) * step]
    year_ago = months.get(month_before(month, _YEAR))
    if year_ago is not None and year_ago.value > 0:
        levels.append(year_ago.value * _growth(months, month))
    return levels


def _growth(months: Mapping[date, Day], month: date) -> float:
    """The months before, beside the same ones a year ago."""
    ratios = []
    for count in range(1, _MONTHS + 1):
        earlier, year_ago = month_before(month, count), month_before(month, count + _YEAR)
        if earlier in months and year_ago in months and months[year_ago].value > 0:
            ratios.append(months[earlier].value / months[year_ago].value)
    return median(ratios) if ratios else 1.0


def usual_day(days: Mapping[date, Day], month: date, as_of: date, *, high: bool) -> float | None:
    """By which factor two in three days of a month exceed, or fall below, their weekday in the weeks before; None
    where that cannot be said.
    """
    usual: list[list[float]] = [[] for _ in range(7)]
    for back in range(1, 7 * _WEEKS + 1):
        day = month - timedelta(days=back)
        usual[day.weekday()].append(days[day].value if day in days else 0.0)
    ratios, day = [], month
    while day.month == month.month and day <= as_of:
        mean = sum(usual[day.weekday()]) / _WEEKS
        if mean > 0 and sum(value > 0 for value in usual[day.weekday()]) > _WEEKS / 2:
            ratios.append((days[day].value if day in days else 0.0) / mean)
        day += timedelta(days=1)
    return _part(sorted(ratios), 0.35 if high else 0.65) if len(ratios) >= FEWEST_DAYS else None


def _part(ordered: Sequence[float], part: float) -> float:
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def restated(
    days: Mapping[date, Day],
    before: Mapping[date, float],
    closed_before: date,
    limits: HistoryLimits,
) -> list[Fault]:
    """Months long closed in the last release that come to something else now."""
    now, faults = by_month(days), []
    for month, was in sorted(before.items()):
        figure = now.get(month, Day(0, 0.0))
        if month >= closed_before or was <= 0 or figure.rows < _FEWEST_ROWS:
            continue
        moved = figure.value / was - 1
        if abs(moved) > limits.restated_warns:
            severity: Severity = "error" if abs(moved) > limits.restated_stops else "warn"
            text = f"{figure.value:,.6g} in {month:%Y-%m}, which was {was:,.6g} in the last release"
            faults.append(Fault(text, severity, month, beside_release=True))
    return faults
