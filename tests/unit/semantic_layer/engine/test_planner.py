"""Plans of requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import ReleaseCorrupt
from semantic_layer.engine import Engine
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


@pytest.mark.parametrize(
    ("limit", "offset", "ending"),
    [
        (3, 0, "LIMIT 3"),
        (3, 2, "LIMIT 3\nOFFSET 2"),
        (0, 0, "LIMIT 0\nOFFSET 0"),
        (None, 2, "OFFSET 2"),
    ],
)
def test_limit_and_offset_end_the_sql(
    layer: SemanticLayer, limit: int | None, offset: int, ending: str
) -> None:
    """MetricFlow has no offset, and takes a limit of zero for none."""
    request = QueryRequest(metrics=("revenue",), grain="month", limit=limit, offset=offset)
    assert layer.explain(request).rstrip().endswith(ending)


def test_the_same_request_has_the_same_text(
    layer: SemanticLayer, parsed: Path, release_dir: Path
) -> None:
    request = QueryRequest(metrics=("revenue", "win_rate"), group_by=("rep__team",))
    with SemanticLayer.draft(
        parsed / "semantic_manifest.json", parsed / "manifest.json", release_dir
    ) as other:
        other.explain(QueryRequest(metrics=("orders",)))
        assert other.explain(request) == layer.explain(request)


def test_a_text_that_is_no_manifest_is_named() -> None:
    with pytest.raises(ReleaseCorrupt, match=r"here\.json cannot be read as a semantic manifest"):
        Engine("{", origin="here.json")
