"""Plans of requests."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


def test_what_is_planned_does_not_wait_for_what_is_being_planned(
    release_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = QueryRequest(metrics=("revenue",), group_by=("rep__team",))
    begun, finish = threading.Event(), threading.Event()
    plan = Engine._plan

    def slow(engine: Engine, request: Any) -> str:
        begun.set()
        assert finish.wait(20)
        return plan(engine, request)

    with SemanticLayer.open(release_dir) as layer, ThreadPoolExecutor(2) as pool:
        expected = layer.explain(known)
        layer.dimensions(["win_rate"])
        monkeypatch.setattr(Engine, "_plan", slow)
        new = pool.submit(layer.explain, QueryRequest(metrics=("win_rate",), grain="year"))
        assert begun.wait(20)
        assert pool.submit(layer.explain, known).result(timeout=20) == expected
        assert not new.done()
        finish.set()
        assert "win_rate" in new.result(timeout=20)
