"""What starts a refresh when something happens: files dropped into the inbox."""

from __future__ import annotations

import hashlib

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.refresh.workspace import Workspace

_SECONDS_BETWEEN_LOOKS = 60


def file_drop_sensor(
    workspace: Workspace, job: UnresolvedAssetJobDefinition
) -> dg.SensorDefinition:
    """Asks for one run for each set of new files, once the set has stayed the same between two looks.

    A file that is still being copied changes from look to look, so it waits. Switched on in the UI.
    """

    @dg.sensor(
        name="file_drop_sensor",
        job=job,
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        description="Refresh when new files lie in the inbox.",
    )
    def file_drop(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        waiting = workspace.pending()
        if not waiting:
            return dg.SkipReason("No new files in the inbox.")
        seen = hashlib.sha256(
            "\n".join(
                f"{item.source}|{item.stream}|{item.file}|{item.size_bytes}" for item in waiting
            ).encode()
        ).hexdigest()
        if context.cursor != seen:
            context.update_cursor(seen)
            return dg.SkipReason(
                f"{len(waiting)} new file(s); waiting one look for them to settle."
            )
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)

    return file_drop
