"""Lineage from metrics to streams."""

from __future__ import annotations

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card


def test_lineage_goes_through_models_down_to_streams(layer: SemanticLayer) -> None:
    lineage = metric_card(layer, "revenue").lineage
    assert lineage.models == ("fct_order_lines",)
    assert "stg_order_lines" in lineage.through
    assert "order_lines" in lineage.streams


def test_streams_behind_a_model(layer: SemanticLayer) -> None:
    assert layer.lineage.has_table("stg_order_lines") and not layer.lineage.has_table("revenue")
    assert layer.lineage.streams_of("stg_order_lines") == ("order_lines",)
    assert set(layer.lineage.streams_of("fct_order_lines")) == {"order_lines", "orders"}
    assert layer.lineage.streams_of("nothing") == ()
