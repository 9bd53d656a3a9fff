"""Which checks a release of the working tree's project needs."""

from __future__ import annotations

import pytest

from orchestration.refresh import gate_requirements
from orchestration.refresh.gate_requirements import mart_checks, metric_meta, required_checks
from orchestration.settings import Home
from tests.unit.refresh.factories import make_project


@pytest.fixture(autouse=True)
def _units(monkeypatch: pytest.MonkeyPatch) -> None:
    units = {"orders": "count", "win_rate": "percent"}
    monkeypatch.setattr(gate_requirements, "metric_units", lambda _: units)


def test_metrics_are_known_by_their_unit(home: Home) -> None:
    orders, win_rate = metric_meta(make_project(home))
    assert (orders.low, win_rate.high) == (0, 1)


def test_a_release_needs_all_gates_and_dagster_shows_the_third(home: Home) -> None:
    project = make_project(home)
    all_checks = required_checks(project, unit_tests=False)
    marts = mart_checks(project)
    assert {"loads.volume", "metric.orders", "metric.win_rate"} <= set(all_checks)
    assert "loads.volume" not in marts
    assert set(marts) < set(all_checks)
