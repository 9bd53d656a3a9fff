"""One asset per stream: what the sources sent, landed and validated against its contract.

Building models from it does not belong here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.core.records import CheckResult, Load
from orchestration.refresh.session import RefreshSession
from orchestration.resources import RESOURCE_KEY, plain_errors
from orchestration.settings.workspace import Workspace

CONTRACT_SOURCE = "files"
LOADS_CHECK = "loads"


def landing_assets(workspace: Workspace, manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The streams of the contract as one step; streams that nothing feeds are empty and typed.

    Yields checks and no stream, and so skips all that follows, where the release is up to date. A read that fails for a
    passing reason (a file still being written) is retried twice; a broken contract is not.
    """
    specs = [
        dg.AssetSpec(
            key=[CONTRACT_SOURCE, stream["name"]],
            group_name="sources",
            description=stream["description"],
            kinds={"parquet"},
            skippable=True,
            metadata={
                "fed by": ", ".join(_sources_of(workspace, stream["name"])) or "no source yet"
            },
            tags={"area": stream["config"]["meta"]["area"]},
        )
        for stream in manifest["sources"].values()
        if stream["source_name"] == CONTRACT_SOURCE
    ]

    @dg.multi_asset(
        name="read_sources",
        specs=specs,
        check_specs=[
            dg.AssetCheckSpec(
                LOADS_CHECK,
                asset=spec.key,
                description="Gate 1: contract, share quarantined, volume against history.",
            )
            for spec in specs
        ],
        required_resource_keys={RESOURCE_KEY},
        retry_policy=dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL),
    )
    def read_sources(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        run: RefreshSession = context.resources.refresh
        with plain_errors(run):
            landing = run.land()
        if not landing.staleness:
            with plain_errors(run):
                run.require_sources()
            context.log.info("Already up to date: no new data and no change of the project.")
            # Assets may be left out, their checks may not: a step that yields neither has failed.
            for spec in specs:
                yield _verdict(spec.key, landing.checks_of(spec.key.path[-1]))
            return
        for spec in specs:
            stream = spec.key.path[-1]
            loads = [load for load in landing.result.loads if load.stream == stream]
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_metadata(loads))
            yield _verdict(spec.key, landing.checks_of(stream))
        with plain_errors(run):
            run.require_loads()

    return read_sources


def _sources_of(workspace: Workspace, stream: str) -> list[str]:
    return [name for name, spec in workspace.settings.sources.items() if stream in spec.streams]


def _metadata(loads: list[Load]) -> dict[str, dg.MetadataValue]:
    return {
        "loads": dg.MetadataValue.int(len(loads)),
        "rows read": dg.MetadataValue.int(sum(load.rows_read for load in loads)),
        "dagster/row_count": dg.MetadataValue.int(sum(load.rows_landed for load in loads)),
        "rows quarantined": dg.MetadataValue.int(sum(load.rows_quarantined for load in loads)),
        "files": dg.MetadataValue.text(
            ", ".join(f for load in loads for f in load.files) or "none"
        ),
    }


def _verdict(key: dg.AssetKey, checks: list[CheckResult]) -> dg.AssetCheckResult:
    failing = [check for check in checks if check.outcome != "pass"]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=LOADS_CHECK,
        passed=not failing,
        severity=(
            dg.AssetCheckSeverity.ERROR
            if any(check.outcome == "fail" for check in failing)
            else dg.AssetCheckSeverity.WARN
        ),
        metadata={check.name: f"{check.observed} (expected {check.expected})" for check in checks},
    )
