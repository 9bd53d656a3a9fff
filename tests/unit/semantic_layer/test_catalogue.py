"""Metrics as the catalogue reads them from the semantic manifest."""

from __future__ import annotations

from semantic_layer.layer import SemanticLayer


def test_metrics_carry_their_meta(layer: SemanticLayer) -> None:
    metrics = {metric.name: metric for metric in layer.metrics()}
    assert list(metrics) == sorted(metrics)
    revenue = metrics["revenue"]
    assert (revenue.label, revenue.label_es) == ("Revenue", "Ingresos totales")
    assert (revenue.kind, revenue.unit, revenue.better) == ("simple", "currency", "up")
    assert (revenue.cadence, revenue.owner, revenue.family) == ("daily", "sales-ops", "revenue")
    assert revenue.roles == ("rep", "manager", "director")


def test_what_accumulates_and_what_does_not(layer: SemanticLayer) -> None:
    """Sums and counts over a period do; means, ratios, comparisons and running totals do not."""
    accumulating = {metric.name: metric.accumulates for metric in layer.metrics()}
    assert {name for name, accumulates in accumulating.items() if accumulates} == {
        "revenue",
        "units_sold",
        "orders",
        "opportunities_won",
        "opportunities_closed",
    }
