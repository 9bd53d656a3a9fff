"""What starts a refresh when something happens: files dropped into the inbox."""

from __future__ import annotations

import hashlib

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.ingestion.pending import pending_files
from orchestration.settings.workspace import Workspace

_SECONDS_BETWEEN_EVALUATIONS = 60


def file_drop_sensor(
    workspace: Workspace, job: UnresolvedAssetJobDefinition
) -> dg.SensorDefinition:
    """Requests one run per set of new files, once the set has stayed the same between two evaluations.

    A file that is still being copied changes from one evaluation to the next, so it waits. Off until it is
    switched on in the UI.
    """

    @dg.sensor(
        name="file_drop_sensor",
        job=job,
        minimum_interval_seconds=_SECONDS_BETWEEN_EVALUATIONS,
        description="Refresh when new files lie in the inbox.",
    )
    def file_drop(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        pending = pending_files(workspace)
        if not pending:
            return dg.SkipReason("No new files in the inbox.")
        fingerprint = hashlib.sha256(
            "\n".join(
                f"{item.source}|{item.stream}|{item.file}|{item.size_bytes}" for item in pending
            ).encode()
        ).hexdigest()
        if context.cursor != fingerprint:
            context.update_cursor(fingerprint)
            return dg.SkipReason(
                f"{len(pending)} new file(s); waiting for them to stay the same until the next evaluation."
            )
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=fingerprint)], cursor=fingerprint
        )

    return file_drop
