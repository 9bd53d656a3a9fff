"""dbt's models and tests as Dagster assets and checks: one step between gates 1 and 3.

dbt runs in this process (ADR 3), and its tests, which stop what is built on a model that fails them, are
gate 2. What a failed test means for the release belongs to `quality`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.refresh.session import RefreshSession
from orchestration.resources import RESOURCE_KEY, plain_errors
from orchestration.transformation.dbt_runner import NodeResult
from orchestration.transformation.layers import MART_FOLDERS

_UNIQUE_ID = "dagster_dbt/unique_id"


def mart_keys(manifest: Mapping[str, Any]) -> list[dg.AssetKey]:
    """The asset keys of all marts."""
    return [
        dg.AssetKey([node["config"]["schema"], node["name"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] in MART_FOLDERS
    ]


def model_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """One asset per model or seed, and one check per data test, built in one step."""
    from dagster_dbt import DagsterDbtTranslator, dbt_assets

    class Translator(DagsterDbtTranslator):  # type: ignore[misc]
        def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
            kind = dbt_resource_props["resource_type"]
            return "seeds" if kind == "seed" else str(dbt_resource_props["fqn"][1])

    @dbt_assets(  # type: ignore[untyped-decorator]
        manifest=manifest,
        name="build_models",
        dagster_dbt_translator=Translator(),
        required_resource_keys={RESOURCE_KEY},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[Any]:
        run: RefreshSession = context.resources.refresh
        with plain_errors(run):
            built = run.build()
        definition = context.assets_def
        keys = {spec.metadata[_UNIQUE_ID]: spec.key for spec in definition.specs}
        checks = {(spec.metadata or {}).get(_UNIQUE_ID): spec for spec in definition.check_specs}
        for node in built.nodes:
            if node.unique_id in keys and node.status == "success":
                yield dg.MaterializeResult(
                    asset_key=keys[node.unique_id], metadata=_metadata(node, built.rows)
                )
        for node in built.nodes:
            if node.unique_id in checks and node.status != "skipped":
                spec = checks[node.unique_id]
                yield dg.AssetCheckResult(
                    asset_key=spec.asset_key,
                    check_name=spec.name,
                    passed=node.status == "pass",
                    severity=(
                        dg.AssetCheckSeverity.WARN
                        if node.status == "warn"
                        else dg.AssetCheckSeverity.ERROR
                    ),
                    metadata={"failures": node.failures, "seconds": round(node.seconds, 3)},
                )
        with plain_errors(run):
            run.require_build()

    definition: dg.AssetsDefinition = build
    return definition


def _metadata(node: NodeResult, rows: Mapping[str, int]) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {"seconds": dg.MetadataValue.float(node.seconds)}
    if node.name in rows:
        metadata["dagster/row_count"] = dg.MetadataValue.int(rows[node.name])
    return metadata
