"""Lineage from metrics to streams."""

from __future__ import annotations

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card


def test_lineage_goes_through_models_down_to_streams(layer: SemanticLayer) -> None:
    lineage = metric_card(layer, "revenue").lineage
    assert lineage.models == ("fct_order_lines",)
    assert "stg_order_lines" in lineage.through
    assert "order_lines" in lineage.streams
