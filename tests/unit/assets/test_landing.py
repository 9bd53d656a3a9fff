"""Streams as assets: what landed, gate 1 as a check, nothing where the release is up to date."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from orchestration.assets.landing import LOADS_CHECK, landing_assets
from orchestration.core.errors import SourceError
from orchestration.core.records import CheckResult, LandingResult
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace
from tests.unit.factories import StubRefresh, materialize
from tests.unit.quality.factories import load, result

MANIFEST: dict[str, Any] = {
    "sources": {
        name: {
            "source_name": source,
            "name": name,
            "description": f"All {name}.",
            "config": {"meta": {"area": "crm"}},
        }
        for name, source in (("deals", "files"), ("calls", "files"), ("loads", "landing"))
    }
}
SOURCES = {"crm": {"streams": {"deals": {"files": "d.csv", "columns": {"deal_id": "id"}}}}}


@pytest.fixture
def assets(tmp_path: Path) -> dg.AssetsDefinition:
    settings = Settings.model_validate({"config_file": tmp_path / "e.yml", "sources": SOURCES})
    return landing_assets(Workspace(settings=settings, home=Home.at(tmp_path)), MANIFEST)


def landing(*checks: CheckResult, stale: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        staleness=stale,
        result=LandingResult(loads=(load(1, landed=90, quarantined=10),)),
        checks_of=lambda stream: list(checks) if stream == "deals" else [],
    )


def test_streams_of_the_contract_are_assets_and_name_their_sources(
    assets: dg.AssetsDefinition,
) -> None:
    fed = {spec.key.to_user_string(): spec.metadata["fed by"] for spec in assets.specs}
    assert fed == {"files/deals": "crm", "files/calls": "no source yet"}


def test_rows_and_failed_checks_are_shown_on_their_stream(assets: dg.AssetsDefinition) -> None:
    failed = result("loads.volume", gate=1, passed=False, severity="warn")
    refresh = StubRefresh({"land": landing(failed)})
    ran = materialize(assets, refresh=refresh)
    assert ran.success
    assert refresh.steps == ["land", "require_loads"]
    counts = {
        event.asset_key.path[-1]: event.materialization.metadata["dagster/row_count"].value
        for event in ran.get_asset_materialization_events()
        if event.asset_key
    }
    assert counts == {"deals": 90, "calls": 0}
    checks = {event.asset_key.path[-1]: event for event in ran.get_asset_check_evaluations()}
    assert (checks["deals"].check_name, checks["deals"].passed) == (LOADS_CHECK, False)
    assert checks["deals"].severity == dg.AssetCheckSeverity.WARN
    assert checks["calls"].passed


def test_a_run_that_dagster_starts_with_nothing_new_ends_well_and_nothing_follows(
    assets: dg.AssetsDefinition,
) -> None:
    """It once failed: Dagster requires the results of checks, though not of assets."""
    silent = result("loads.freshness", gate=1, passed=False, severity="warn")
    after = dg.AssetSpec("after", deps=[["files", "deals"]])

    @dg.multi_asset(specs=[after])
    def build() -> None:
        raise AssertionError("nothing is built")

    refresh = StubRefresh({"land": landing(silent, stale=False)})
    ran = materialize(assets, build, refresh=refresh)
    assert ran.success
    checks = {event.asset_key.path[-1]: event.passed for event in ran.get_asset_check_evaluations()}
    assert checks == {"deals": False, "calls": True}
    assert refresh.steps == ["land", "require_sources"]
    assert ran.get_asset_materialization_events() == []


def test_an_error_that_a_person_can_fix_fails_the_run_without_a_retry(
    assets: dg.AssetsDefinition,
) -> None:
    refresh = StubRefresh({"land": SourceError("The inbox is not there.")})
    ran = materialize(assets, refresh=refresh)
    assert not ran.success
    assert refresh.steps == ["land"]
    assert [str(error) for error in refresh.errors] == ["The inbox is not there."]
