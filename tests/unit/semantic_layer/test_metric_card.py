"""Everything about one metric: inputs, lineage, grains and SQL."""

from __future__ import annotations

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card


def test_lineage_reaches_the_source_streams(layer: SemanticLayer) -> None:
    card = metric_card(layer, "average_order_value")
    assert card.metric.inputs == ("revenue", "orders")
    assert card.lineage.models == ("fct_order_lines",)
    assert card.lineage.streams == ("order_lines", "orders")
    assert card.grains == ("day", "week", "month", "quarter", "year")
    assert '"marts"."customer"."fct_order_lines"' in card.sql
