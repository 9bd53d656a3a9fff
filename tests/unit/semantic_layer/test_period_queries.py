"""Queries by period for dimensions of one entity."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.period_queries import by_period


def test_dimensions_of_two_entities_are_refused(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match="expected dimensions of one entity"):
        by_period(layer, ["revenue"], "month", by=("rep__team", "order_line__channel"))
