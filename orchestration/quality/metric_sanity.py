"""Gate 3c: metric values against what such a figure can be, and against their own history.

It judges a long table of monthly values that the semantic layer has computed. A figure that cannot
be (a rate above 1, a negative count, NaN) fails; so does a complete month far outside the metric's
history. Seasons are no alarm: a month is held against the level and the spread of all complete
months, and a month that some month before came near is in range. Computing metrics does not belong
here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import dropwhile, pairwise
from statistics import median
from typing import Any

from orchestration.core.records import CheckResult, Severity
from orchestration.quality.judgement import judged

GATE = 3

MONTHS_OF_HISTORY = 8
"""Complete months before the judged one; with fewer, nothing is a jump."""

_FAR = 12.0
"""Robust deviations from the median that make a jump (the MAD of a normal figure, scaled)."""

_TIMES_HIGHEST = 4.0
_PART_OF_LOWEST = 8.0
"""A jump is above so many times the highest month, or below such a part of the lowest."""

_STEPS = 1.75
"""A jump is out of its history by more than its largest step from one month to the next, to this power:
where the revenue of a few orders moves fivefold, a month of a ninth is no news.
"""

_MANY = 50.0
"""A count whose lowest month is below this may fall to nothing without meaning anything."""

_RATE_STEP = 0.25
"""How far outside its range of months a rate must be."""

_MAD_TO_DEVIATION = 1.4826

_NEVER_NEGATIVE = frozenset({"count", "seconds", "minutes", "hours", "days"})
_CHANGES = ("growth", "roi")
_BEYOND_A_WHOLE = {
    "gross_margin_rate": (-math.inf, 1.0),
    "expansion_rate": (-math.inf, math.inf),
    "cost_of_sales_rate": (-math.inf, math.inf),
    "click_to_open_rate": (0.0, math.inf),
    "occupancy_rate": (0.0, math.inf),
    "qualified_lead_rate": (0.0, math.inf),
}
"""Rates whose numerator is not part of the denominator: costs and credit lines, clicks without a
known open, leads qualified in another month than they came.
"""


@dataclass(frozen=True)
class MetricValue:
    """One metric in one month. `value` is None where there is none (division by zero)."""

    metric: str
    month: date
    value: float | None


@dataclass(frozen=True)
class MetricMeta:
    """A metric, its unit as in the catalogue (count, currency, percent, days, …), and what it can
    be.
    """

    name: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def of(cls, name: str, meta: Mapping[str, Any]) -> MetricMeta:
        """From a metric's `config.meta`; `possible: [low, high]` there overrides what its unit
        says.
        """
        unit = str(meta.get("unit", ""))
        low, high = meta.get("possible") or _possible(name, unit)
        return cls(name=name, unit=unit, low=float(low), high=float(high))

    @property
    def is_change(self) -> bool:
        """Whether it compares two periods: such a figure has no range of its own."""
        return any(word in self.name.split("_") for word in _CHANGES)


def _possible(name: str, unit: str) -> tuple[float, float]:
    if name in _BEYOND_A_WHOLE:
        return _BEYOND_A_WHOLE[name]
    if unit == "percent" and not name.endswith(("_attainment", "_roi", "_growth")):
        return 0.0, 1.0
    if unit == "score":
        return -100.0, 100.0
    return (0.0 if unit in _NEVER_NEGATIVE else -math.inf), math.inf


def sanity_name(metric: str) -> str:
    """The name of a metric's check."""
    return f"metric.{metric}"


def metric_names(metrics: Iterable[MetricMeta]) -> dict[str, str]:
    """Check name to metric."""
    return {sanity_name(metric.name): metric.name for metric in metrics}


def check_metrics(
    values: Iterable[MetricValue],
    *,
    metrics: Sequence[MetricMeta],
    previous: Iterable[MetricValue] = (),
    complete_before: date,
    jump_severity: Severity = "error",
) -> tuple[CheckResult, ...]:
    """One result a metric.

    `values` are the candidate's by month, `previous` those of the last release. A month counts as
    complete before `complete_before` (the first day of the month that holds the data-as-of day). A
    jump that the last release had already, and that was let through, is not told again.
    `jump_severity` is `warn` for a first release: a company's past is what it is, and nobody has read
    other figures of it.
    """
    by_metric = _by_metric(values)
    before = _by_metric(previous)
    return tuple(
        _check_metric(
            meta,
            by_metric.get(meta.name, {}),
            before.get(meta.name, {}),
            complete_before,
            jump_severity,
        )
        for meta in metrics
    )


def _by_metric(values: Iterable[MetricValue]) -> dict[str, dict[date, float | None]]:
    found: dict[str, dict[date, float | None]] = defaultdict(dict)
    for value in values:
        month = value.month.date() if isinstance(value.month, datetime) else value.month
        found[value.metric][month] = None if value.value is None else float(value.value)
    return found


def _check_metric(
    meta: MetricMeta,
    series: Mapping[date, float | None],
    before: Mapping[date, float | None],
    complete_before: date,
    jump_severity: Severity,
) -> CheckResult:
    faults = [
        (month, f"{value:g}")
        for month, value in sorted(series.items())
        if value is not None and not _is_possible(meta, value)
    ]
    expected = f"between {meta.low:g} and {meta.high:g}"
    severity: Severity = "error"
    if not faults and not meta.is_change:
        faults = _jumps(meta, series, before, complete_before)
        severity = jump_severity
        expected = "months within the range of the metric's history"
    return judged(
        gate=GATE,
        name=sanity_name(meta.name),
        subject=meta.name,
        good=not faults,
        severity=severity,
        observed="; ".join(f"{text} in {month:%Y-%m}" for month, text in faults[:3])
        if faults
        else f"{len(series)} month(s) in range",
        expected=expected,
        failures=len(faults),
        keys=tuple(f"{month:%Y-%m}" for month, _ in faults),
    )


def _is_possible(meta: MetricMeta, value: float) -> bool:
    slack = 1e-9
    return math.isfinite(value) and meta.low - slack <= value <= meta.high + slack


def _jumps(
    meta: MetricMeta,
    series: Mapping[date, float | None],
    before: Mapping[date, float | None],
    complete_before: date,
) -> list[tuple[date, str]]:
    """Months that are far from the months before them.

    Months before the first one with anything in it are no history, nor is that one, which is often
    begun in its middle. Of the first months only those are judged that the last release told
    otherwise, against all other months.
    """
    known = (
        (month, value)
        for month, value in sorted(series.items())
        if month < complete_before and value is not None
    )
    complete = list(dropwhile(lambda month_value: month_value[1] == 0, known))[1:]
    faults = []
    for position, (month, value) in enumerate(complete):
        told = before.get(month)
        if told is not None and math.isclose(told, value, rel_tol=1e-9, abs_tol=1e-9):
            continue
        if position >= MONTHS_OF_HISTORY:
            history = [v for _, v in complete[:position]]
        elif told is not None:
            history = [v for m, v in complete if m != month]
        else:
            continue
        if len(history) >= MONTHS_OF_HISTORY and _is_jump(meta, value, history):
            text = f"{value:,.6g} (history: {min(history):,.6g} to {max(history):,.6g})"
            faults.append((month, text))
    return faults


def _is_jump(meta: MetricMeta, value: float, history: Sequence[float]) -> bool:
    """Outside all months of history by a factor, and far from their middle in their own spread."""
    low, high = min(history), max(history)
    middle = median(history)
    deviation = _MAD_TO_DEVIATION * median(abs(v - middle) for v in history)
    if meta.unit == "percent":
        # a rate of a few answers swings: a range as wide as that is no narrow history
        deviation = max(deviation, 0.02, (high - low) / 6)
        outside = max(low - value, value - high)
        return outside > _RATE_STEP and abs(value - middle) > _FAR * deviation
    if meta.unit == "count":
        deviation = max(deviation, math.sqrt(abs(middle)))
    deviation = max(deviation, 0.05 * abs(middle))
    usual = _largest_step(history) ** _STEPS
    if value > high:
        noise = 6 * math.sqrt(abs(high) + 1) if meta.unit == "count" else 0.0
        above = value > max(_TIMES_HIGHEST, usual) * high if high > 0 else True
        return above and value - high > noise and value - middle > _FAR * deviation
    if low > 0 and value >= 0:
        enough = low >= _MANY or meta.unit != "count"
        return enough and value < low / max(_PART_OF_LOWEST, usual)
    return value < low and middle - value > _FAR * deviation


def _largest_step(history: Sequence[float]) -> float:
    """The largest factor from one month to the next, up or down, of those that have one."""
    steps = (later / earlier for earlier, later in pairwise(history) if min(earlier, later) > 0)
    return max((max(step, 1 / step) for step in steps), default=1.0)
