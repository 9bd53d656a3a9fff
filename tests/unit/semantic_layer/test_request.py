"""Requests narrowed by their caller."""

from __future__ import annotations

from semantic_layer.layer import SemanticLayer


def test_a_saved_query_is_narrowed_and_keeps_its_own_filter(layer: SemanticLayer) -> None:
    request = layer.catalogue.saved_query("rep_scorecard").request
    narrowed = request.narrowed(where=["metric_time >= '2026-01-01'"], limit=1)
    assert narrowed.where[0] == request.where[0]
    assert layer.query(request).table.num_rows > layer.query(narrowed).table.num_rows == 1
