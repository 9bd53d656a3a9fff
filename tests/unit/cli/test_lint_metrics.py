"""`embudo lint-metrics`: reviews of metrics, printed, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semantic_layer import metric_review
from semantic_layer.metric_review import MetricReview
from semantic_layer.review_findings import CRITERIA, Finding
from tests.unit.cli.conftest import Catalogue, CommandLine


def test_without_a_release_the_next_step_is_named(embudo: CommandLine, tmp_path: Path) -> None:
    refused = embudo("lint-metrics", "--home", str(tmp_path / "empty"), expect=8).stderr
    assert "embudo refresh" in refused


@pytest.fixture
def reviews(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    """`revenue` lacks an objective, `calls` nothing."""
    lacking = Finding(criterion="aligned", code="no_objective", facts={})
    printed = [
        MetricReview(metric=catalogue.metric("revenue"), findings=(lacking,)),
        MetricReview(metric=catalogue.metric("calls"), findings=()),
    ]
    monkeypatch.setattr(metric_review, "review_metrics", lambda layer, *, tested: printed)


@pytest.mark.usefixtures("reviews")
def test_it_fails_only_where_it_should(embudo: CommandLine) -> None:
    assert "1 of 2 metrics lack nothing." in embudo("lint-metrics").stdout
    assert "A 1 de 2 métricas" in embudo("lint-metrics", "--lang", "es").stdout
    strict = embudo("lint-metrics", "--strict", "--format", "csv", expect=1).stdout
    assert strict.splitlines() == [
        "metric,quality,missing",
        "revenue,aligned,serves no objective (meta `objective`)",
    ]
    embudo("lint-metrics", "calls", "--strict")
    embudo("lint-metrics", "--family", "activity", "--strict")


@pytest.mark.usefixtures("reviews")
def test_json_lists_all_criteria(embudo: CommandLine) -> None:
    (row,) = json.loads(embudo("lint-metrics", "revenue", "--format", "json").stdout)
    assert set(row["missing"]) == set(CRITERIA)
    assert row["missing"]["aligned"] and not row["missing"]["alive"]
