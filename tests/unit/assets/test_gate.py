"""Gate 3 as checks of Dagster: on the mart that they examine, or else on the metric values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import dagster as dg
import pytest

from orchestration.assets import gate as module
from orchestration.assets.gate import quality_gate
from orchestration.assets.release import METRIC_VALUES
from orchestration.core.errors import GateFailed
from orchestration.core.records import GateReport
from orchestration.settings import Home
from orchestration.transformation.project import Project
from tests.unit.factories import StubRefresh, materialize
from tests.unit.quality.factories import result
from tests.unit.refresh.factories import make_project

DEALS = dg.AssetKey(["funnel", "fct_deals"])
REPORT = GateReport(
    run_id="r",
    checks=(
        result("rows.funnel.fct_deals", passed=False, severity="warn"),
        result("metric.revenue", passed=False),
        result("dbt.other"),
    ),
)


@pytest.fixture
def checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.AssetChecksDefinition:
    """Three checks: of a mart, of a metric, and one that does not run."""
    names = {
        "rows.funnel.fct_deals": "fct_deals",
        "metric.revenue": "revenue",
        "metric.calls": "calls",
    }
    monkeypatch.setattr(module, "mart_checks", lambda _: names)
    monkeypatch.setattr(module, "mart_keys", lambda _: [DEALS])
    monkeypatch.setattr(module, "saved_query_tables", lambda _: ())
    return quality_gate(cast(Project, make_project(Home.at(tmp_path))))


def run(checks: dg.AssetChecksDefinition, **answers: Any) -> tuple[StubRefresh, dict[str, Any]]:
    refresh = StubRefresh({"check": REPORT, **answers})
    ran = materialize(
        checks,
        dg.AssetSpec(DEALS),
        dg.AssetSpec(METRIC_VALUES),
        refresh=refresh,
        selection=dg.AssetSelection.checks(checks),
    )
    return refresh, {event.check_name: event for event in ran.get_asset_check_evaluations()}


def test_only_checks_of_metrics_block_the_release(checks: dg.AssetChecksDefinition) -> None:
    """The release comes after the metric values alone."""
    blocking = {spec.name: (spec.asset_key, spec.blocking) for spec in checks.check_specs}
    assert blocking == {
        "rows_funnel_fct_deals": (DEALS, False),
        "metric_revenue": (METRIC_VALUES, True),
        "metric_calls": (METRIC_VALUES, True),
    }


def test_results_are_those_of_the_gate_and_one_that_did_not_run_has_failed(
    checks: dg.AssetChecksDefinition,
) -> None:
    refresh, results = run(checks)
    assert refresh.steps == ["check", "sign"]
    assert {name: check.passed for name, check in results.items()} == dict.fromkeys(results, False)
    assert results["rows_funnel_fct_deals"].severity == dg.AssetCheckSeverity.WARN
    assert results["metric_revenue"].severity == dg.AssetCheckSeverity.ERROR
    assert "did not run" in results["metric_calls"].description


def test_a_gate_that_failed_is_not_signed(checks: dg.AssetChecksDefinition) -> None:
    refresh, results = run(checks, sign=GateFailed("1 check(s) keep run r from being published."))
    assert len(results) == 3, "every check is shown all the same"
    assert [type(error) for error in refresh.errors] == [GateFailed]
