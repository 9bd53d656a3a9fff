"""The last value of a metric that can be compared: that of a period which is over.

Comparing it with targets or seasons belongs to the scorecard.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from orchestration.core.errors import EmbudoError
from orchestration.core.periods import first_day
from semantic_layer.records import GRAINS, METRIC_TIME, Grain, LastValue, Metric
from semantic_layer.request import QueryRequest

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

CADENCE_GRAIN: dict[str, Grain] = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}
"""The grain of a metric's last value, by its cadence."""


def last_value(layer: SemanticLayer, metric: Metric, grains: tuple[str, ...]) -> LastValue | None:
    """The value of the last complete period before the data-as-of day, at the grain of the cadence.

    A metric that has none there, such as one that needs a monthly quota, gets that of the next coarser grain.
    None where no day is known, or the metric has no such grain or cannot be computed from these tables.
    """
    if layer.until is None:
        return None
    finest = CADENCE_GRAIN.get(metric.cadence, "month")
    newest: LastValue | None = None
    for grain in GRAINS[GRAINS.index(finest) :]:
        if grain in grains and (newest is None or newest.value is None):
            last = _last(layer, metric.name, grain, layer.until)
            newest = last if newest is None or (last and last.value is not None) else newest
    return newest


def _last(layer: SemanticLayer, name: str, grain: Grain, until: date) -> LastValue | None:
    running = first_day(grain, until)
    period = first_day(grain, running - timedelta(days=1))
    earlier = first_day(grain, period - timedelta(days=1))
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
