"""Plans are kept beside the definitions they belong to, and are the same text as a new plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semantic_layer.engine import Engine
from semantic_layer.names import resolve
from semantic_layer.plans import PlanCache
from semantic_layer.request import QueryRequest

REQUEST = QueryRequest(metrics=("revenue", "win_rate"), group_by=("rep__team",), grain="month")


def test_what_was_planned_is_not_planned_again(
    parsed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (parsed / "semantic_manifest.json").read_text()
    first = PlanCache(tmp_path / "plans.json")
    engine = Engine(text, plans=first)
    sql = engine.explain(resolve(REQUEST, engine))
    first.write()

    again = Engine(text, plans=PlanCache(tmp_path / "plans.json"))

    def refuse(request: object) -> str:
        raise AssertionError("planned again")

    monkeypatch.setattr(again, "_plan", refuse)
    monkeypatch.setattr(again, "_group_by_items", refuse)
    assert again.dimensions(["revenue", "win_rate"]) == engine.dimensions(["revenue", "win_rate"])
    assert again.explain(resolve(REQUEST, again)) == sql
    with pytest.raises(AssertionError, match="planned again"):
        again.explain(resolve(QueryRequest(metrics=("revenue",)), again))


def test_another_text_has_another_file_and_old_ones_go(tmp_path: Path) -> None:
    manifest = tmp_path / "semantic_manifest.json"
    for number in range(15):
        manifest.write_text(json.dumps({"number": number}))
        kept = PlanCache.of(manifest, folder=tmp_path / "kept")
        assert kept.items(["revenue"]) is None
        kept.put_items(["revenue"], [("rep__team", "categorical", "", ("rep", "team"))])
        kept.write()
    again = PlanCache.of(manifest, folder=tmp_path / "kept")
    assert again.items(["revenue"]) == [("rep__team", "categorical", "", ("rep", "team"))]
    assert len(list((tmp_path / "kept").iterdir())) == 12


@pytest.mark.parametrize("content", ["", "[]", '{"planner": "0.1", "plans": {"x": "y"}}', "{"])
def test_a_corrupt_or_older_file_counts_as_empty(
    content: str, parsed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plans.json"
    path.write_text(content)
    kept = PlanCache(path)
    engine = Engine((parsed / "semantic_manifest.json").read_text(), plans=kept)
    assert "SELECT" in engine.explain(resolve(REQUEST, engine))
    kept.write()
    assert PlanCache(path).get(resolve(REQUEST, engine))
