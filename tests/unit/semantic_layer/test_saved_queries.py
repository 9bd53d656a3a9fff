"""Saved queries as the semantic manifest holds them."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer


def test_saved_queries_can_be_run(layer: SemanticLayer) -> None:
    (saved,) = layer.catalogue.saved_queries.values()
    assert (saved.name, saved.label) == ("rep_scorecard", "Rep scorecard")
    assert saved.request.group_by == ("metric_time__month", "rep__team")
    assert [(export.schema, export.alias) for export in saved.exports] == [
        ("performance", "rep_scorecard")
    ]
    assert layer.query(saved.request).table.column_names == [
        "metric_time__month",
        "rep__team",
        "revenue",
        "win_rate",
    ]


def test_an_unknown_saved_query_names_those_there_are(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match=r"no saved query `rep_card`. Known here: rep_scorecard"):
        layer.catalogue.saved_query("rep_card")
