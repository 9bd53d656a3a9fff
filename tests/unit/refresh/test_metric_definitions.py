"""The working tree's metrics and saved queries, as a refresh needs them."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from orchestration.core.errors import SeedInvalid
from orchestration.refresh import metric_definitions
from orchestration.refresh.metric_definitions import check_seeds, metric_units, saved_query_tables
from orchestration.settings import Home
from orchestration.transformation.project import Project
from orchestration.transformation.seed_rules import SeedRules
from semantic_layer import catalogue, exports
from tests.unit.refresh.factories import make_project
from tests.unit.scorecards.conftest import metric

MARTS = {
    "database": "marts", "schema": "core", "name": "dim_reps", "resource_type": "model",
}  # fmt: skip


class _Project(Project):
    @cached_property
    def manifest(self) -> dict[str, Any]:
        return {"nodes": {"model.dim_reps": MARTS}}

    def parsed(self) -> Path:
        folder = self.workspace.home.prepare().root
        (folder / "semantic_manifest.json").write_text(json.dumps({"metrics": []}))
        return folder


@pytest.fixture
def project(home: Home) -> Project:
    return _Project(make_project(home).workspace)


def test_each_metric_has_its_unit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = {name: metric(name, unit=unit) for name, unit in (("calls", "count"), ("roi", ""))}
    monkeypatch.setattr(catalogue, "read_metrics", lambda text: metrics)
    assert metric_units(project) == {"calls": "count", "roi": ""}


def test_no_saved_query_takes_the_name_of_a_table_of_the_release(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[set[str]] = []

    def exports_of(path: Path, *, taken: set[str]) -> tuple[()]:
        assert path.name == "semantic_manifest.json"
        definitions.append(taken)
        return ()

    definitions = taken
    monkeypatch.setattr(exports, "exports_of", exports_of)
    assert saved_query_tables(project) == ()
    assert taken == [
        {
            "core.dim_reps",
            "performance.metric_values",
            "performance.scorecard",
            "performance.alerts",
        }
    ]


def test_seeds_are_checked_against_the_names_of_the_metrics(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "targets.csv"
    rules = SeedRules(name="targets", path=path, types={"metric": "varchar"})
    monkeypatch.setattr(metric_definitions, "read_rules", lambda *_: [rules])
    monkeypatch.setattr(metric_definitions, "metric_units", lambda _: {"revenue": "currency"})
    path.write_text("metric\nrevenue\n")
    assert check_seeds(project) == 1
    path.write_text("metric\nrevenu\n")
    with pytest.raises(SeedInvalid, match="nearest: revenue"):
        check_seeds(project)
