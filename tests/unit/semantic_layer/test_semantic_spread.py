"""Several dimensions of one entity in one query: the same figures as one query each."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.core.errors import QueryInvalid
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


def test_each_dimension_is_as_if_it_had_been_asked_for_alone(layer: SemanticLayer) -> None:
    """Sums, distinct counts, ratios over two marts, means and offsets; the order without a rep is nobody's."""
    found = layer.evaluate(METRICS, "month", by=DIMENSIONS)
    assert found.failures == {} and found.unavailable == ()
    spread = {
        (row["metric"], row["dimension"], row["key"], row["period_start"]): row["value"]
        for row in found.table.to_pylist()
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


def test_periods_outside_are_left_out(layer: SemanticLayer) -> None:
    found = layer.evaluate(
        ["revenue"], "month", by=("rep__region",), since=date(2025, 12, 1), until=date(2026, 1, 15)
    )
    starts = {row["period_start"] for row in found.table.to_pylist()}
    assert starts == {date(2025, 12, 1), date(2026, 1, 1)}


def test_dimensions_of_two_entities_are_refused(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match="expected dimensions of one entity"):
        layer.by_period(["revenue"], "month", by=("rep__team", "order_line__channel"))


def test_what_accumulates_and_what_does_not(layer: SemanticLayer) -> None:
    """Sums and counts over a period do; means, ratios, comparisons and running totals do not."""
    told = {metric.name: metric.accumulates for metric in layer.metrics()}
    assert {name for name, accumulates in told.items() if accumulates} == {
        "revenue",
        "units_sold",
        "orders",
        "opportunities_won",
        "opportunities_closed",
    }
