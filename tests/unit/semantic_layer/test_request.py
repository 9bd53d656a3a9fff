"""Requests narrowed by their caller."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


def test_a_saved_query_is_narrowed_and_keeps_its_own_filter(layer: SemanticLayer) -> None:
    request = layer.catalogue.saved_query("rep_scorecard").request
    narrowed = request.narrowed(where=["metric_time >= '2026-01-01'"], limit=1)
    assert narrowed.where[0] == request.where[0]
    assert layer.query(request).table.num_rows > layer.query(narrowed).table.num_rows == 1


@pytest.mark.parametrize("where", [[""], ["  "], ["metric_time >= '2026-01-01'", ""]])
def test_an_empty_filter_is_refused(where: list[str]) -> None:
    with pytest.raises(QueryInvalid, match="A filter is empty"):
        QueryRequest.from_text("revenue", where=where)
    assert QueryRequest.from_text("revenue", where="").where == ()
