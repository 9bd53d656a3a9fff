"""What Dagster loads: one job over all assets, with schedule, sensor and the refresh as a resource."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration import definitions
from orchestration.definitions import REFRESH_JOB, build_defs
from orchestration.resources import RESOURCE_KEY
from orchestration.settings import Home, Settings
from tests.unit.refresh.factories import make_project


@pytest.fixture
def defs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.Definitions:
    """Definitions without dbt's models: an asset each for landing, models and the release."""
    assets = {name: dg.AssetSpec(name) for name in ("landing", "models", "release")}

    @dg.asset_check(asset="models")
    def gate() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    monkeypatch.setattr(definitions, "landing_assets", lambda *_: assets["landing"])
    monkeypatch.setattr(definitions, "model_assets", lambda _: assets["models"])
    monkeypatch.setattr(definitions, "release_assets", lambda *_: [assets["release"]])
    monkeypatch.setattr(definitions, "saved_query_tables", lambda _: ())
    monkeypatch.setattr(definitions, "quality_gate", lambda _: gate)
    settings = Settings(config_file=tmp_path / "e.yml", schedule="0 3 * * *")
    return build_defs(project=make_project(Home.at(tmp_path), settings=settings))


def test_one_job_refreshes_everything(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)
    repository = defs.get_repository_def()
    assert REFRESH_JOB in [job.name for job in repository.get_all_jobs()]
    assert defs.resources is not None and list(defs.resources) == [RESOURCE_KEY]


def test_it_is_started_by_schedule_or_by_files(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    (schedule,) = repository.schedule_defs
    (sensor,) = repository.sensor_defs
    assert schedule.job_name == sensor.job_name == REFRESH_JOB
    assert schedule.cron_schedule == "0 3 * * *"
