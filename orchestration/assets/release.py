"""Metric values, scorecard, alerts and saved queries as tables, the gate on the marts, and the release.

The gate's checks are shown beside the marts they look at; that a release needs the gate's receipt is
enforced by `publication`, not by the order of steps here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.assets.models import mart_keys
from orchestration.core.records import CheckResult
from orchestration.refresh.run import Refresh
from orchestration.refresh.workspace import METRIC_VALUES as METRIC_VALUES_TABLE
from orchestration.refresh.workspace import Workspace
from orchestration.resources import RESOURCE_KEY, plain_errors
from semantic_layer.exports import ExportedTable

METRIC_VALUES = dg.AssetKey(METRIC_VALUES_TABLE.split("."))
FIGURES = {
    METRIC_VALUES: "Every metric by month, evaluated through the semantic layer.",
    dg.AssetKey(["performance", "scorecard"]): (
        "Every metric by period for company, region, team and rep, with target, benchmark and other "
        "periods."
    ),
    dg.AssetKey(["performance", "alerts"]): (
        "What needs somebody's attention, by the rules of seeds/alert_rules."
    ),
}
RELEASE = dg.AssetKey(["release", "current"])


def release_assets(
    manifest: Mapping[str, Any], exports: Sequence[ExportedTable]
) -> list[dg.AssetsDefinition]:
    """Metric values, scorecard and alerts in one step, an asset a saved query's export, `release/current`."""
    marts = mart_keys(manifest)
    exported = [export_key(table) for table in exports]

    @dg.multi_asset(
        name="evaluate_metrics",
        specs=[
            dg.AssetSpec(
                key,
                deps=marts,
                group_name="release",
                kinds={"metricflow", "duckdb"},
                description=description,
            )
            for key, description in FIGURES.items()
        ],
        required_resource_keys={RESOURCE_KEY},
    )
    def figures(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        refresh: Refresh = context.resources.refresh
        with plain_errors(refresh):
            rows = refresh.evaluate_metrics()
        for key in FIGURES:
            yield dg.MaterializeResult(
                asset_key=key, metadata={"dagster/row_count": rows[key.path[-1]]}
            )

    @dg.multi_asset(
        name="saved_queries",
        specs=[
            dg.AssetSpec(
                export_key(table),
                deps=marts,
                group_name="release",
                kinds={"metricflow", "duckdb"},
                description=f"Saved query {table.query.name}: {table.query.description}",
            )
            for table in exports
        ],
        required_resource_keys={RESOURCE_KEY},
    )
    def saved_queries(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        refresh: Refresh = context.resources.refresh
        with plain_errors(refresh):
            rows = refresh.write_exports()
        for table in exports:
            yield dg.MaterializeResult(
                asset_key=export_key(table), metadata={"dagster/row_count": rows[table.name]}
            )

    @dg.asset(
        key=RELEASE,
        deps=[*marts, *FIGURES, *exported],
        group_name="release",
        kinds={"duckdb"},
        required_resource_keys={RESOURCE_KEY},
        description="The immutable warehouse that readers get, published only with the gate's receipt.",
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        refresh: Refresh = context.resources.refresh
        with plain_errors(refresh):
            published = refresh.publish()
        return dg.MaterializeResult(
            metadata={
                "release": published.release_id,
                "data as of": published.as_of.isoformat(),
                "verdict": published.verdict,
                "loads": len(published.loads),
            }
        )

    return [figures, *([saved_queries] if exports else []), release]


def export_key(table: ExportedTable) -> dg.AssetKey:
    """The asset key of a saved query's table."""
    return dg.AssetKey([table.schema, table.table])


def quality_gate(workspace: Workspace) -> dg.AssetChecksDefinition:
    """Gate 3 as checks on the marts that they look at, or on the metric values."""
    exported = [export_key(table) for table in workspace.exports()]
    by_name = {key.path[-1]: key for key in mart_keys(workspace.manifest)}
    subjects = {
        name: by_name.get(subject, METRIC_VALUES)
        for name, subject in workspace.mart_checks().items()
    }
    specs = [
        dg.AssetCheckSpec(
            _dagster_name(name),
            asset=key,
            # Only the release comes after the metric values, so only the release waits for the gate.
            blocking=key == METRIC_VALUES,
            additional_deps=[*exported, *([] if key == METRIC_VALUES else [METRIC_VALUES])],
        )
        for name, key in subjects.items()
    ]

    @dg.multi_asset_check(name="quality_gate", specs=specs, required_resource_keys={RESOURCE_KEY})
    def gate(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        refresh: Refresh = context.resources.refresh
        with plain_errors(refresh):
            report = refresh.check()
        results = {_dagster_name(check.name): check for check in report.checks}
        for spec in specs:
            yield _result(spec, results.get(spec.name))
        with plain_errors(refresh):
            refresh.sign()

    return gate


def _result(spec: dg.AssetCheckSpec, check: CheckResult | None) -> dg.AssetCheckResult:
    if check is None:
        return dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=False,
            description="The check did not run, which counts as failed.",
        )
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=check.outcome == "pass",
        severity=(
            dg.AssetCheckSeverity.WARN if check.outcome == "warn" else dg.AssetCheckSeverity.ERROR
        ),
        metadata={
            "observed": check.observed,
            "expected": check.expected,
            "failures": check.failures,
            "seconds": round(check.seconds, 3),
        },
    )


def _dagster_name(check_name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in check_name)
