"""Metrics of service levels that settings add to dbt's manifest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from orchestration.core.errors import BuildFailed
from orchestration.transformation.service_levels import add_service_levels, thresholds


class Metric:
    """What the metrics of a manifest have in common with this test."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        self.name = fields["name"]
        self.unique_id = fields["unique_id"]

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Metric:
        return cls(**fields)

    def to_dict(self) -> dict[str, Any]:
        return self.fields


def _manifest(*metrics: Metric) -> Any:
    return SimpleNamespace(metrics={metric.unique_id: metric for metric in metrics})


def _metric(name: str, **fields: Any) -> Metric:
    return Metric(name=name, unique_id=f"metric.embudo.{name}", **fields)


@pytest.fixture
def manifest() -> Any:
    return _manifest(
        _metric(
            "inbound_calls_answered_in_20s",
            type_params={"expr": "is_connected and wait_seconds <= 20", "percentile": 20},
        ),
        _metric(
            "service_level_20s",
            label="Service level (20 s)",
            description="Calls within 20 seconds, since 2020.",
            depends_on={"nodes": ["metric.embudo.inbound_calls_answered_in_20s"]},
        ),
        _metric("service_level_of_answered_20s", config={"meta": {"label_es": "Nivel (20 s)"}}),
    )


def test_the_var_names_thresholds() -> None:
    assert thresholds("") == ()
    assert thresholds("45, 30,45") == (30, 45)


def test_a_threshold_adds_its_metrics(manifest: Any) -> None:
    assert add_service_levels(manifest, [30])
    added = {name: metric.fields for name, metric in manifest.metrics.items() if "30s" in name}
    assert sorted(added) == [
        "metric.embudo.inbound_calls_answered_in_30s",
        "metric.embudo.service_level_30s",
        "metric.embudo.service_level_of_answered_30s",
    ]
    count, level, of_answered = (added[name] for name in sorted(added))
    assert count["type_params"] == {
        "expr": "is_connected and wait_seconds <= 30",
        "percentile": 20,
    }
    assert level["label"] == "Service level (30 s)"
    assert level["description"] == "Calls within 30 seconds, since 2020."
    assert level["depends_on"]["nodes"] == ["metric.embudo.inbound_calls_answered_in_30s"]
    assert of_answered["config"]["meta"]["label_es"] == "Nivel (30 s)"
    assert manifest.metrics["metric.embudo.service_level_20s"].fields["label"].endswith("(20 s)")


def test_what_the_models_define_is_left_as_it_is(manifest: Any) -> None:
    before = dict(manifest.metrics)
    assert not add_service_levels(manifest, [20])
    assert manifest.metrics == before


def test_metrics_to_go_by_that_are_gone_are_named() -> None:
    with pytest.raises(
        BuildFailed, match="`inbound_calls_answered_in_20s`; expected it in models/"
    ):
        add_service_levels(cast("Any", _manifest()), [30])
