"""Which months of a metric are far outside its history.

Seasons are no alarm: a month is compared with the level and the spread of all complete months before it,
and a month that an earlier one came near is in range.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, pairwise
from statistics import median
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.metric_values import MetricMeta

_MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True)
class JumpLimits:
    """What makes a month of a metric a jump."""

    months_of_history: Annotated[
        int, About("complete months before one that is examined", low=1)
    ] = 8
    """With fewer, nothing is a jump."""
    deviations: Annotated[float, About("robust deviations from the median that are a jump")] = 12.0
    """The MAD of a normal figure, scaled."""
    times_highest: Annotated[float, About("times the highest month that are a jump", low=1)] = 4.0
    part_of_lowest: Annotated[float, About("which part of the lowest month is a jump", low=1)] = 8.0
    steps: Annotated[float, About("power of the largest step between months that is a jump")] = 1.75
    """It is out of its history by more than the largest step from one month to the next, to this power: where
    the revenue of a few orders moves fivefold, a month of a ninth is no jump.
    """
    many: Annotated[float, About("a count below this may fall to nothing")] = 50.0
    """A count whose lowest month is below this may fall to nothing without meaning anything."""
    rate_step: Annotated[float, About("how far outside its range of months a rate must be")] = 0.25


def jumps(
    meta: MetricMeta,
    series: Mapping[date, float | None],
    before: Mapping[date, float | None],
    complete_before: date,
    limits: JumpLimits,
) -> list[tuple[date, str]]:
    """Months that are far from the months before them, each with its value and its history as text.

    `before` are the last release's values. Months before the first one that is not zero are no history,
    nor is that one, which is often begun in its middle. Of the first months only those are examined that
    differ from the last release, against all other months.
    """
    known = (
        (month, value)
        for month, value in sorted(series.items())
        if month < complete_before and value is not None
    )
    complete = list(dropwhile(lambda month_value: month_value[1] == 0, known))[1:]
    outliers = []
    for position, (month, value) in enumerate(complete):
        published = before.get(month)
        if published is not None and math.isclose(published, value, rel_tol=1e-9, abs_tol=1e-9):
            continue
        if position >= limits.months_of_history:
            history = [v for _, v in complete[:position]]
        elif published is not None:
            history = [v for m, v in complete if m != month]
        else:
            continue
        if len(history) >= limits.months_of_history and _is_jump(meta, value, history, limits):
            text = f"{value:,.6g} (history: {min(history):,.6g} to {max(history):,.6g})"
            outliers.append((month, text))
    return outliers


def _is_jump(meta: MetricMeta, value: float, history: Sequence[float], limits: JumpLimits) -> bool:
    """Outside the range of history by a factor, and many median absolute deviations from its median."""
    low, high = min(history), max(history)
    middle = median(history)
    deviation = _MAD_TO_DEVIATION * median(abs(v - middle) for v in history)
    if meta.unit == "percent":
        # a rate of a few answers swings: a range as wide as that is no narrow history
        deviation = max(deviation, 0.02, (high - low) / 6)
        outside = max(low - value, value - high)
        return outside > limits.rate_step and abs(value - middle) > limits.deviations * deviation
    if meta.unit == "count":
        deviation = max(deviation, math.sqrt(abs(middle)))
    deviation = max(deviation, 0.05 * abs(middle))
    usual = _largest_step(history) ** limits.steps
    if value > high:
        noise = 6 * math.sqrt(abs(high) + 1) if meta.unit == "count" else 0.0
        above = value > max(limits.times_highest, usual) * high if high > 0 else True
        return above and value - high > noise and value - middle > limits.deviations * deviation
    if low > 0 and value >= 0:
        enough = low >= limits.many or meta.unit != "count"
        if value == 0 and high >= limits.part_of_lowest * low:
            # months that differ so much from one another may have nothing as well: the returns of a small shop
            return False
        return enough and value < low / max(limits.part_of_lowest, usual)
    return value < low and middle - value > limits.deviations * deviation


def _largest_step(history: Sequence[float]) -> float:
    """The largest factor from one month to the next, up or down, of those that have one."""
    steps = (later / earlier for earlier, later in pairwise(history) if min(earlier, later) > 0)
    return max((max(step, 1 / step) for step in steps), default=1.0)
