"""The schedule of `embudo.yml` as Dagster's."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from orchestration.schedules import refresh_schedule
from orchestration.settings import Settings


def test_it_runs_at_the_companys_time_and_is_off_until_switched_on() -> None:
    settings = Settings(
        config_file=Path("e.yml"), schedule="30 5 * * 1-5", time_zone="America/Bogota"
    )
    job = dg.define_asset_job("refresh", selection=dg.AssetSelection.all())
    schedule = refresh_schedule(settings, job)
    assert (schedule.cron_schedule, schedule.execution_timezone) == (
        "30 5 * * 1-5",
        "America/Bogota",
    )
    assert schedule.job_name == "refresh"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
