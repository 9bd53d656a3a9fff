"""Targets by period: what of the newest ones cannot be meant, beside the periods before them.

Reading them from a candidate belongs to `checks.target_periods`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from orchestration.core.records import Severity
from orchestration.quality.limits import About

_MONTHS = {"month": 1, "quarter": 3, "year": 12}

_AHEAD = timedelta(days=10)
"""How long before a period its targets are due."""

_OLD_MONTHS = 11
"""From this age on targets that are delivered are those of another year."""

_BEYOND = 1.25
"""How far a factor must be beyond any step that totals took before."""


@dataclass(frozen=True)
class TargetLimits:
    """From which factor on a total beside the last period and the same one a year ago warns or stops, and the share of
    reps who may have no target any more: they left.
    """

    factor_warns: Annotated[float, About("times a total of targets may grow or shrink", low=1)] = (
        1.7
    )
    factor_stops: Annotated[float, About("times from which on it stops", low=1)] = 5.0
    reps_missing_share: Annotated[float, About("reps who may have no target any more", high=1)] = (
        0.1
    )


TARGET_LIMITS = TargetLimits()


@dataclass(frozen=True)
class Target:
    """One target; `is_new` where it came since the last release."""

    metric: str
    scope: str
    key: str
    grain: str
    period: date
    value: float
    is_new: bool


@dataclass(frozen=True)
class TargetFault:
    """What is wrong with targets, as text, and how many they are."""

    text: str
    severity: Severity
    failures: int
    keys: tuple[str, ...] = ()


def target_faults(
    targets: Iterable[Target], as_of: date, limits: TargetLimits = TARGET_LIMITS
) -> Iterator[TargetFault]:
    """Faults by metric, scope and length of the period, for the periods that run on a day and later ones."""
    groups: dict[tuple[str, str, str], list[Target]] = defaultdict(list)
    for target in targets:
        if target.grain in _MONTHS:
            groups[target.metric, target.scope, target.grain].append(target)
    came: dict[tuple[str, str], set[date]] = defaultdict(set)
    for (metric, _, grain), rows in groups.items():
        came[metric, grain] |= {row.period for row in rows if row.is_new}
    for (metric, scope, grain), rows in sorted(groups.items()):
        name = f"{metric} by {scope} and {grain}" if scope != "company" else f"{metric} by {grain}"
        periods = _by_period(rows)
        running = _running(grain, as_of)
        for due in dict.fromkeys((running, _running(grain, as_of + _AHEAD))):
            yield from _of_another_year(name, rows, periods, due)
        for period in sorted(came[metric, grain]):
            if period >= running:
                yield from _of_other_scopes_only(name, periods, period)
        for period in sorted({row.period for row in rows if row.is_new}):
            earlier = [other for other in sorted(periods) if other < period]
            if period >= running and earlier:
                yield from _total(name, periods, earlier, period, limits)
                yield from _missing(name, scope, periods, earlier, period, limits)


def _by_period(rows: Sequence[Target]) -> dict[date, dict[str, float]]:
    periods: dict[date, dict[str, float]] = defaultdict(dict)
    for row in rows:
        periods[row.period][row.key] = row.value
    return periods


def _running(grain: str, day: date) -> date:
    months = _MONTHS[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _of_another_year(
    name: str, rows: Sequence[Target], periods: Mapping[date, object], due: date
) -> Iterator[TargetFault]:
    """All that came is of periods long past, and the one that is due has none, though the last one had."""
    new = [row for row in rows if row.is_new]
    if not new or due in periods:
        return
    newest = max(row.period for row in new)
    had = any(0 < _months_between(period, due) <= _MONTHS[new[0].grain] for period in periods)
    if had and _months_between(newest, due) >= _OLD_MONTHS:
        yield TargetFault(
            f"the newest targets of {name} are of {newest:%Y-%m}, and {due:%Y-%m} has none",
            "error",
            len(new),
            tuple(sorted({row.key for row in new if row.key})),
        )


def _of_other_scopes_only(
    name: str, periods: Mapping[date, Mapping[str, float]], period: date
) -> Iterator[TargetFault]:
    """The period before had targets of a scope, and a newer one came with those of other scopes only."""
    earlier = [other for other in sorted(periods) if other < period]
    if earlier and period not in periods and _months_between(earlier[-1], period) <= 12:
        keys = periods[earlier[-1]]
        before = f"{earlier[-1]:%Y-%m} had {len(keys)}"
        text = f"{period:%Y-%m} has no targets of {name}, but others of the metric; {before}"
        yield TargetFault(text, "warn", len(keys), tuple(sorted(key for key in keys if key)))


def _total(
    name: str,
    periods: Mapping[date, Mapping[str, float]],
    earlier: Sequence[date],
    period: date,
    limits: TargetLimits,
) -> Iterator[TargetFault]:
    factor = _factor(periods, earlier, period)
    if factor is None:
        return
    size, usual = max(factor, 1 / factor), _largest_step(periods, earlier)
    if size >= limits.factor_warns and size >= _BEYOND * usual:
        total, before = sum(periods[period].values()), sum(periods[earlier[-1]].values())
        yield TargetFault(
            f"targets of {name} are {total:,.6g} in {period:%Y-%m}, {factor:.2g} times those of the period before "
            f"and of a year ago ({earlier[-1]:%Y-%m}: {before:,.6g})",
            "error" if size >= limits.factor_stops else "warn",
            len(periods[period]),
        )


def _year_before(period: date) -> date:
    return date(period.year - 1, period.month, 1)


def _factor(
    periods: Mapping[date, Mapping[str, float]], earlier: Sequence[date], period: date
) -> float | None:
    """The total beside the period before or the same one a year ago, whichever it is nearer to; both as far as they
    have the same keys: a new region moves nothing.
    """
    factors = []
    for other in dict.fromkeys((earlier[-1], _year_before(period))):
        shared = periods[period].keys() & periods.get(other, {}).keys()
        total, was = (
            (sum(periods[when][key] for key in shared) for when in (period, other))
            if shared
            else (0.0, 0.0)
        )
        if was > 0 and total > 0:
            factors.append(total / was)
    return min(factors, key=lambda step: max(step, 1 / step)) if factors else None


def _largest_step(periods: Mapping[date, Mapping[str, float]], earlier: Sequence[date]) -> float:
    """The largest such factor of earlier periods, up or down; of those with a year before them, where there are two."""
    with_year = [period for period in earlier if _year_before(period) in periods]
    steps = [1.0]
    for position, period in enumerate(earlier):
        if position and (period in with_year or len(with_year) < 2):
            factor = _factor(periods, earlier[:position], period)
            steps.append(max(factor, 1 / factor) if factor else 1.0)
    return max(steps)


def _missing(
    name: str,
    scope: str,
    periods: Mapping[date, Mapping[str, float]],
    earlier: Sequence[date],
    period: date,
    limits: TargetLimits,
) -> Iterator[TargetFault]:
    before = periods[earlier[-1]]
    missing = sorted(set(before) - set(periods[period]))
    few = limits.reps_missing_share * len(before) if scope == "rep" else 0
    if len(missing) > max(few, 1 if scope == "rep" else 0):
        listed = ", ".join(missing[:5]) + (
            f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        )
        yield TargetFault(
            f"{len(missing)} of {len(before)} have no target of {name} in {period:%Y-%m} any more: {listed}",
            "warn",
            len(missing),
            tuple(missing),
        )
