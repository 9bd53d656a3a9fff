"""What Dagster shows and runs: streams, models, checks, the release, schedules and the file-drop sensor.

`build_defs` assembles them for one company; `defs` is what `dagster` loads, with settings and home taken from
the environment (`EMBUDO_CONFIG`, `EMBUDO_HOME`, `EMBUDO_INBOX`). What a step does belongs to
`orchestration.refresh.steps` and the packages below it.
"""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from orchestration.assets.gate import quality_gate
from orchestration.assets.landing import landing_assets
from orchestration.assets.models import model_assets
from orchestration.assets.release import release_assets
from orchestration.core.private_files import keep_private
from orchestration.refresh.metric_definitions import saved_query_tables
from orchestration.refresh.session import RefreshSession
from orchestration.resources import RESOURCE_KEY, refresh_resource
from orchestration.schedules import refresh_schedule
from orchestration.sensors import file_drop_sensor
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project

REFRESH_JOB = "refresh"


def build_defs(*, project: Project, started: RefreshSession | None = None) -> dg.Definitions:
    """All of Dagster's definitions for one company.

    `started` is a refresh that the command line has begun; without it each run begins its own. Reads the
    dbt manifest of the working tree, parsing the project where it changed.
    """
    manifest, workspace = project.manifest, project.workspace
    job = dg.define_asset_job(
        REFRESH_JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Read the sources, build the warehouse, check it, publish a release.",
    )
    return dg.Definitions(
        assets=[
            landing_assets(workspace, manifest),
            model_assets(manifest),
            *release_assets(manifest, saved_query_tables(project)),
        ],
        asset_checks=[quality_gate(project)],
        jobs=[job],
        schedules=[refresh_schedule(workspace.settings, job)],
        sensors=[file_drop_sensor(workspace, job)],
        resources={RESOURCE_KEY: refresh_resource(workspace, started=started)},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the company that the environment names."""
    keep_private()
    inbox = os.environ.get("EMBUDO_INBOX")
    workspace = Workspace.open(
        config=Path(os.environ.get("EMBUDO_CONFIG", "embudo.yml")),
        home=Path(os.environ.get("EMBUDO_HOME", ".embudo")),
        inbox=Path(inbox) if inbox else None,
    )
    return build_defs(project=Project(workspace))
