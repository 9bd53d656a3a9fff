"""Everything about one metric: definition, dimensions, lineage, SQL and last value.

How it is shown belongs to `rendering`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_layer.last_value import last_value
from semantic_layer.records import HOUR, METRIC_TIME, Grain, MetricCard
from semantic_layer.request import QueryRequest

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer


def metric_card(layer: SemanticLayer, name: str) -> MetricCard:
    """The card of one metric; raises `QueryInvalid` for one that does not exist."""
    metric = layer.catalogue.metric(name)
    dimensions = layer.dimensions([name])
    time = next((item for item in dimensions if item.name == METRIC_TIME), None)
    times = time.grains if time else ()
    grain: Grain | None = "month" if metric.requires_metric_time else None
    if grain and times and grain not in times:
        request = QueryRequest(metrics=(name,), group_by=(f"{METRIC_TIME}__{times[0]}",))
    else:
        request = QueryRequest(metrics=(name,), grain=grain)
    return MetricCard(
        metric=metric,
        dimensions=tuple(dimensions),
        grains=(HOUR, *times) if time and time.has_hours else times,
        lineage=layer.lineage.of([name]),
        sql=layer.explain(request),
        last=last_value(layer, metric, times),
        currency=layer.currency,
        warnings=layer.trust([name]).warnings,
    )
