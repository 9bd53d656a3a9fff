"""Several dimensions of one entity in one query: the same figures as one query each."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer.evaluation import evaluate
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest

DIMENSIONS = ("rep__name", "rep__team", "rep__region")


METRICS = (
    "revenue",
    "orders",
    "average_order_value",
    "win_rate",
    "sales_cycle_days",
    "revenue_mom_growth",
)


def test_each_dimension_is_as_if_queried_alone(layer: SemanticLayer) -> None:
    """Sums, distinct counts, ratios over two marts, means and offsets; the order without a rep is nobody's."""
    evaluation = evaluate(layer, METRICS, "month", by=DIMENSIONS)
    assert evaluation.failures == {} and evaluation.unavailable == ()
    spread = {
        (row["metric"], row["dimension"], row["key"], row["period_start"]): row["value"]
        for row in evaluation.table.to_pylist()
    }
    alone = {}
    for metric in METRICS:
        for dimension in DIMENSIONS:
            request = QueryRequest(metrics=(metric,), group_by=(dimension,), grain="month")
            for row in layer.query(request).table.to_pylist():
                if row[dimension] is not None and row[metric] is not None:
                    key = (metric, dimension, row[dimension], row["metric_time__month"])
                    alone[key] = float(row[metric])
    assert spread == pytest.approx(alone)
    assert spread["revenue", "rep__team", "Alfa", date(2025, 11, 1)] == pytest.approx(150.15)
    assert spread["revenue", "rep__name", "=cmd()", date(2026, 1, 1)] == pytest.approx(300.25)
