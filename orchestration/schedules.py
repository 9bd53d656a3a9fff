"""When refreshes run by themselves: the company's cron line, in its own time zone."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.settings import Settings


def refresh_schedule(
    settings: Settings, job: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """The schedule of `schedule` in embudo.yml; switched on in Dagster's UI, off until then."""
    return dg.ScheduleDefinition(
        name="refresh_schedule",
        job=job,
        cron_schedule=settings.schedule,
        execution_timezone=settings.time_zone,
        description=f"Refresh at {settings.schedule!r}, {settings.time_zone} time.",
    )
