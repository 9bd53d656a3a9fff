"""Validation of metric definitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.validation import compile_all, plan_faults


def test_every_metric_compiles_and_can_be_planned(release_dir: Path, layer: SemanticLayer) -> None:
    compiled = compile_all(release_dir / "semantic_manifest.json")
    assert list(compiled) == [metric.name for metric in layer.metrics()]
    assert plan_faults(compiled, release_dir / "marts.duckdb") == {}


def test_sql_that_the_marts_lack_tables_for_is_named(release_dir: Path) -> None:
    faults = plan_faults({"m": "select 1 from marts.core.absent"}, release_dir / "marts.duckdb")
    assert "absent" in faults["m"]


def test_a_saved_query_with_an_unknown_name_is_named(release_dir: Path, tmp_path: Path) -> None:
    manifest = json.loads((release_dir / "semantic_manifest.json").read_text(encoding="utf-8"))
    manifest["saved_queries"][0]["query_params"]["metrics"] = ["revenu"]
    path = tmp_path / "semantic_manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(
        QueryInvalid, match="saved query rep_scorecard: There is no metric `revenu`"
    ):
        compile_all(path)
