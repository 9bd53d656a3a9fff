"""The trust that answers carry."""

from __future__ import annotations

from datetime import UTC, datetime

from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


def test_answers_carry_their_trust(layer: SemanticLayer) -> None:
    """I8: release, data-as-of, verdict, and the last loads of the streams behind the metric."""
    trust = layer.query(QueryRequest.from_text("win_rate")).trust
    assert (trust.release_id, trust.verdict, trust.draft) == ("20260210-1", "pass", False)
    assert trust.as_of == datetime(2026, 2, 10, 3, 30, tzinfo=UTC)
    assert trust.streams == {"crm.deals": datetime(2026, 2, 10, 3, 0, tzinfo=UTC)}
    streams = layer.trust(["revenue"]).streams
    assert streams["shop.order_lines"] == datetime(2026, 2, 10, 3, 11, tzinfo=UTC)
