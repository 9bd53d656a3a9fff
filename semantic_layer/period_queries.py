"""Queries of metrics by period, for one dimension or several dimensions of one entity.

Which metrics and dimensions go into one query is decided in `evaluation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.records import Grain
from semantic_layer.request import QueryRequest
from semantic_layer.unpivot import Unpivot

if TYPE_CHECKING:
    import pyarrow as pa

    from semantic_layer.layer import SemanticLayer


def by_period(
    layer: SemanticLayer, metrics: Sequence[str], grain: Grain, *, by: Sequence[str] = ()
) -> pa.Table:
    """Metrics by period and by each of some dimensions of one entity, in one query.

    Columns: `metric_time__<grain>`, for dimensions one named after the first of them that holds
    `dimension|value`, and the metrics.
    """
    sql = plan_by_period(layer, metrics, grain, by=by)
    if by:
        unpivot = Unpivot.of(layer.catalogue.text, by)
        unpivoted = unpivot.apply(sql) if unpivot else None
        if unpivoted is None:
            raise QueryInvalid(
                f"{', '.join(by)} cannot be queried together: expected dimensions of one entity."
            )
        sql = unpivoted
    return layer.warehouse.query(sql)


def plan_by_period(
    layer: SemanticLayer, metrics: Sequence[str], grain: Grain, *, by: Sequence[str] = ()
) -> str:
    """The SQL that `by_period` unpivots over the dimensions, without running it."""
    request = QueryRequest(metrics=tuple(metrics), group_by=tuple(by[:1]), grain=grain)
    return layer.explain(request)
