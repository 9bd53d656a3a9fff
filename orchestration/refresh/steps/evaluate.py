"""Step 4: evaluate every metric through the semantic layer; write scorecard, alerts and saved queries."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from orchestration import ingestion, publication
from orchestration.core.failpoints import failpoint
from orchestration.core.resource_limits import memory_limit
from orchestration.ingestion.ledger.business_times import latest_by_source
from orchestration.observability.lineage import Dataset
from orchestration.publication import Candidate
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.evaluation import write_computed_tables
from orchestration.refresh.metric_definitions import draft_layer, saved_query_tables

if TYPE_CHECKING:
    import duckdb

    from semantic_layer.layer import SemanticLayer


def evaluate(context: RefreshContext, candidate: Candidate) -> Mapping[str, int]:
    """Write metric values, scorecard and alerts into the candidate; rows by table.

    Raises `QueryInvalid` naming the metrics that cannot be evaluated.
    """
    context.report.step("Evaluate metrics")
    with ingestion.Ledger(context.home.ledger) as ledger:
        newest = latest_by_source(ledger)
    with _marts_with_layer(context, candidate) as (connection, layer):
        names = [metric.name for metric in layer.metrics()]
        rows = write_computed_tables(
            layer,
            connection,
            warehouse=candidate.warehouse,
            release_id=publication.next_release_id(context.home, context.run_id),
            newest_of_source=newest,
        )
    context.report.datasets(
        inputs=[Dataset(name) for name in names],
        outputs=[Dataset(f"performance.{name}", count) for name, count in rows.items()],
    )
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in rows.items())
    context.report.detail(f"{len(names)} metrics: {counts}")
    failpoint("refresh.metrics_evaluated")
    return rows


def write_saved_queries(context: RefreshContext, candidate: Candidate) -> Mapping[str, int]:
    """Write the tables of all saved queries into the candidate; rows by `schema.table`."""
    from semantic_layer.exports import write_exports

    tables = saved_query_tables(context.project)
    context.report.step("Write exports")
    with _marts_with_layer(context, candidate) as (connection, layer):
        rows = write_exports(layer, connection, tables)
    context.report.datasets(
        inputs=[Dataset("performance")],
        outputs=[Dataset(table, count) for table, count in rows.items()],
    )
    context.report.detail(f"{len(rows)} saved queries, {sum(rows.values()):,} rows")
    failpoint("refresh.exports_written")
    return rows


@contextlib.contextmanager
def _marts_with_layer(
    context: RefreshContext, candidate: Candidate
) -> Iterator[tuple[duckdb.DuckDBPyConnection, SemanticLayer]]:
    """The candidate's marts, open for writing, with the working tree's definitions on them."""
    import duckdb

    with duckdb.connect(
        str(candidate.marts), config={"memory_limit": memory_limit()}
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        with draft_layer(context.project, candidate.directory, connection=connection) as layer:
            yield connection, layer
