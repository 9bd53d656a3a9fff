"""The last value of a metric that can be compared: that of a period which is over.

Comparing it with targets or seasons belongs to the scorecard.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from orchestration.core.errors import EmbudoError
from semantic_layer.records import GRAINS, METRIC_TIME, Grain, LastValue, Metric
from semantic_layer.request import QueryRequest

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

GRAIN_OF: dict[str, Grain] = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}
"""The grain at which a metric of a cadence is looked at."""


def period_start(day: date, grain: Grain) -> date:
    """The first day of the period that a day is in; weeks begin on Monday."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return day.replace(month=1, day=1)


def last_value(layer: SemanticLayer, metric: Metric, grains: tuple[str, ...]) -> LastValue | None:
    """The value of the last whole period before the data-as-of day, at the grain of the cadence.

    A metric that has none there, such as one that needs a monthly quota, is looked at in the coarser grains
    too. None where no day is known, or the metric has no such grain or cannot be asked of these tables.
    """
    if layer.until is None:
        return None
    first = GRAIN_OF.get(metric.cadence, "month")
    found: LastValue | None = None
    for grain in GRAINS[GRAINS.index(first) :]:
        if grain in grains and (found is None or found.value is None):
            last = _last(layer, metric.name, grain, layer.until)
            found = last if found is None or (last and last.value is not None) else found
    return found


def _last(layer: SemanticLayer, name: str, grain: Grain, until: date) -> LastValue | None:
    running = period_start(until, grain)
    period = period_start(running - timedelta(days=1), grain)
    earlier = period_start(period - timedelta(days=1), grain)
    try:
        # The whole series: offsets and running totals need what lies before the period.
        answer = layer.query(QueryRequest(metrics=(name,), grain=grain)).table
    except EmbudoError:
        return None
    days = answer[f"{METRIC_TIME}__{grain}"].to_pylist()
    values = dict(zip(days, answer[name].to_pylist(), strict=True))
    value, previous = (
        None if values.get(day) is None else float(values[day]) for day in (period, earlier)
    )
    return LastValue(grain=grain, period_start=period, value=value, previous=previous)
