"""Targets by period: what of the newest ones cannot be meant, beside the periods before them.

Reading them from a candidate belongs to `checks.target_periods`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from orchestration.core.records import Severity

_MONTHS = {"month": 1, "quarter": 3, "year": 12}

_OLD_MONTHS = 11
"""From this age on targets that are delivered are those of another year."""

_CERTAIN, _UNUSUAL, _BEYOND = 5.0, 1.7, 1.25
"""By which factor a total stops or warns beside the last period and the same one a year ago, and how far it must be
beyond any step that totals took before.
"""

_FEW_MISSING = 0.1
"""The share of reps who may have no target any more: they left."""


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


def target_faults(targets: Iterable[Target], as_of: date) -> Iterator[TargetFault]:
    """Faults by metric, scope and length of the period, for the periods that run on a day and later ones."""
    groups: dict[tuple[str, str, str], list[Target]] = defaultdict(list)
    for target in targets:
        if target.grain in _MONTHS:
            groups[target.metric, target.scope, target.grain].append(target)
    came = {
        (metric, grain, row.period)
        for (metric, _, grain), rows in groups.items()
        for row in rows
        if row.is_new
    }
    for (metric, scope, grain), rows in sorted(groups.items()):
        name = f"{metric} by {scope} and {grain}" if scope != "company" else f"{metric} by {grain}"
        periods = _by_period(rows)
        running = _running(grain, as_of)
        yield from _of_another_year(name, rows, periods, running)
        if (metric, grain, running) in came:
            yield from _of_other_scopes_only(name, periods, running)
        for period in sorted({row.period for row in rows if row.is_new}):
            earlier = [other for other in sorted(periods) if other < period]
            if period >= running and earlier:
                yield from _total(name, periods, earlier, period)
                yield from _missing(name, scope, periods, earlier, period)


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
    name: str, rows: Sequence[Target], periods: Mapping[date, object], running: date
) -> Iterator[TargetFault]:
    """All that came is of periods long past, and the one that runs has none, though the last one had."""
    new = [row for row in rows if row.is_new]
    if not new or running in periods:
        return
    newest = max(row.period for row in new)
    had = any(0 < _months_between(period, running) <= _MONTHS[new[0].grain] for period in periods)
    if had and _months_between(newest, running) >= _OLD_MONTHS:
        yield TargetFault(
            f"the newest targets of {name} are of {newest:%Y-%m}, and {running:%Y-%m} has none",
            "error",
            len(new),
            tuple(sorted({row.key for row in new if row.key})),
        )


def _of_other_scopes_only(
    name: str, periods: Mapping[date, Mapping[str, float]], running: date
) -> Iterator[TargetFault]:
    """The period before had targets of a scope, and the one that runs has only those of other scopes."""
    earlier = [period for period in sorted(periods) if period < running]
    if earlier and running not in periods and _months_between(earlier[-1], running) <= 12:
        keys = periods[earlier[-1]]
        before = f"{earlier[-1]:%Y-%m} had {len(keys)}"
        text = f"{running:%Y-%m} has no targets of {name}, but others of the metric; {before}"
        yield TargetFault(text, "warn", len(keys), tuple(sorted(key for key in keys if key)))


def _total(
    name: str, periods: Mapping[date, Mapping[str, float]], earlier: Sequence[date], period: date
) -> Iterator[TargetFault]:
    """Both periods as far as they have the same keys: a new region is no error."""
    factors = []
    year_ago = date(period.year - 1, period.month, 1)
    for other in dict.fromkeys((earlier[-1], year_ago)):
        shared = periods[period].keys() & periods.get(other, {}).keys()
        was = sum(periods[other][key] for key in shared) if shared else 0.0
        if was > 0:
            factors.append(sum(periods[period][key] for key in shared) / was)
    if not factors or min(factors) <= 0:
        return
    factor = min(factors, key=lambda step: max(step, 1 / step))
    size, usual = max(factor, 1 / factor), _largest_step(periods, earlier)
    if size >= _UNUSUAL and size >= _BEYOND * usual:
        total, before = sum(periods[period].values()), sum(periods[earlier[-1]].values())
        yield TargetFault(
            f"targets of {name} are {total:,.6g} in {period:%Y-%m}, {factor:.2g} times those of the period before "
            f"and of a year ago ({earlier[-1]:%Y-%m}: {before:,.6g})",
            "error" if size >= _CERTAIN else "warn",
            len(periods[period]),
        )


def _largest_step(periods: Mapping[date, Mapping[str, float]], earlier: Sequence[date]) -> float:
    """The largest factor from one period to the next, up or down, of their common keys."""
    steps = [1.0]
    for previous, following in pairwise(earlier):
        shared = periods[previous].keys() & periods[following].keys()
        before = sum(periods[previous][key] for key in shared)
        after = sum(periods[following][key] for key in shared)
        if before > 0 and after > 0:
            steps.append(max(after / before, before / after))
    return max(steps)


def _missing(
    name: str,
    scope: str,
    periods: Mapping[date, Mapping[str, float]],
    earlier: Sequence[date],
    period: date,
) -> Iterator[TargetFault]:
    before = periods[earlier[-1]]
    missing = sorted(set(before) - set(periods[period]))
    few = _FEW_MISSING * len(before) if scope == "rep" else 0
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
