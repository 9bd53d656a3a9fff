"""Dimensions that metrics have in common, with their labels."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer


def test_dimensions_in_common(layer: SemanticLayer) -> None:
    names = [dimension.name for dimension in layer.dimensions(["revenue", "win_rate"])]
    assert names == ["metric_time", "rep__hired_on", "rep__name", "rep__region", "rep__team", "rep"]
    team = next(d for d in layer.dimensions(["revenue"]) if d.name == "rep__team")
    assert (team.label, team.label_es, team.kind) == ("Team", "Equipo", "categorical")
    with pytest.raises(QueryInvalid, match="Nearest: revenue"):
        layer.dimensions(["revenu"])
