"""Metric values, scorecard, alerts and saved queries as tables, and the release that is published from them.

That a release needs the gate's receipt is enforced by `publication`, not by the order of steps here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.assets.models import mart_keys
from orchestration.refresh.metric_definitions import METRIC_VALUES as METRIC_VALUES_TABLE
from orchestration.refresh.session import RefreshSession
from orchestration.resources import RESOURCE_KEY, plain_errors
from semantic_layer.exports import ExportedTable

METRIC_VALUES = dg.AssetKey(METRIC_VALUES_TABLE.split("."))
COMPUTED_TABLES = {
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
_KINDS = {"metricflow", "duckdb"}


def release_assets(
    manifest: Mapping[str, Any], exports: Sequence[ExportedTable]
) -> list[dg.AssetsDefinition]:
    """Metric values, scorecard and alerts in one step, one asset per saved query, `release/current`."""
    marts = mart_keys(manifest)
    inputs = [*marts, *COMPUTED_TABLES, *(export_key(table) for table in exports)]
    saved_queries = [saved_query_assets(marts, exports)] if exports else []
    return [computed_tables(marts), *saved_queries, release_asset(inputs)]


def computed_tables(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Metric values, scorecard and alerts, one asset each, in one step."""

    @dg.multi_asset(
        name="evaluate_metrics",
        specs=[
            dg.AssetSpec(
                key, deps=marts, group_name="release", kinds=_KINDS, description=description
            )
            for key, description in COMPUTED_TABLES.items()
        ],
        required_resource_keys={RESOURCE_KEY},
    )
    def evaluate_metrics(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        run: RefreshSession = context.resources.refresh
        with plain_errors(run):
            rows = run.evaluate()
        for key in COMPUTED_TABLES:
            yield _materialized(key, rows[key.path[-1]])

    return evaluate_metrics


def saved_query_assets(
    marts: Sequence[dg.AssetKey], exports: Sequence[ExportedTable]
) -> dg.AssetsDefinition:
    """The tables of saved queries, one asset each, in one step."""

    @dg.multi_asset(
        name="saved_queries",
        specs=[
            dg.AssetSpec(
                export_key(table),
                deps=marts,
                group_name="release",
                kinds=_KINDS,
                description=f"Saved query {table.query.name}: {table.query.description}",
            )
            for table in exports
        ],
        required_resource_keys={RESOURCE_KEY},
    )
    def saved_queries(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        run: RefreshSession = context.resources.refresh
        with plain_errors(run):
            rows = run.write_saved_queries()
        for table in exports:
            yield _materialized(export_key(table), rows[table.name])

    return saved_queries


def release_asset(inputs: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """`release/current`, after all that it is made from."""

    @dg.asset(
        key=RELEASE,
        deps=inputs,
        group_name="release",
        kinds={"duckdb"},
        required_resource_keys={RESOURCE_KEY},
        description="The immutable warehouse that readers get, published only with the gate's receipt.",
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        run: RefreshSession = context.resources.refresh
        with plain_errors(run):
            published = run.publish()
        return dg.MaterializeResult(
            metadata={
                "release": published.release_id,
                "data as of": published.as_of.isoformat(),
                "verdict": published.verdict,
                "loads": len(published.loads),
            }
        )

    return release


def export_key(table: ExportedTable) -> dg.AssetKey:
    """The asset key of a saved query's table."""
    return dg.AssetKey([table.schema, table.table])


def _materialized(key: dg.AssetKey, rows: int) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows})
