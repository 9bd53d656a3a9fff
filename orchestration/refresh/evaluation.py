"""What a refresh computes from a candidate's marts: metric values, the scorecard, the alerts.

It passes the candidate's data-as-of time to the semantic layer and the scorecards; what is computed, and how,
is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.quality import MetricValue
from orchestration.refresh.metric_definitions import METRIC_VALUES

if TYPE_CHECKING:
    import duckdb

    from semantic_layer.layer import SemanticLayer


def write_computed_tables(
    layer: SemanticLayer,
    connection: duckdb.DuckDBPyConnection,
    *,
    warehouse: Path,
    release_id: str,
    newest_of_source: Mapping[str, datetime],
) -> Mapping[str, int]:
    """Write `metric_values`, `scorecard` and `alerts` into the marts; rows by name.

    `connection` holds the marts for writing; `warehouse` is the candidate's other file; `release_id` what
    the candidate will be called; `newest_of_source` the latest business time (naive UTC) by source. Raises
    `QueryInvalid` naming the metrics that cannot be evaluated.
    """
    from scorecards.release_tables import AsOf, write_scorecard
    from semantic_layer.evaluation import values

    as_of, as_of_on = as_of_of(warehouse)
    by_month = values(layer, [metric.name for metric in layer.metrics()], "month", until=as_of_on)
    connection.register("by_month", by_month)
    connection.execute(f"create or replace table {METRIC_VALUES} as select * from by_month")
    connection.unregister("by_month")
    written = write_scorecard(
        layer,
        connection,
        AsOf(
            as_of=as_of,
            as_of_on=as_of_on,
            release_id=release_id,
            newest_of_source=newest_of_source,
        ),
    )
    return {
        "metric_values": by_month.num_rows,
        "scorecard": written.scorecard,
        "alerts": written.alerts,
    }


def as_of_of(warehouse: Path) -> tuple[datetime, date]:
    """The data-as-of time (naive UTC), and its day in the reporting time zone."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute("select as_of, as_of_on from landing.settings").fetchone()
    assert row is not None
    return row[0], date(row[1].year, row[1].month, row[1].day)


def release_id_in(marts: Path) -> str | None:
    """The release id in the rows of the scorecard and the alerts; None where they have no rows."""
    import duckdb

    with duckdb.connect(str(marts), read_only=True) as connection:
        row = connection.execute(
            "select any_value(release_id) from (select release_id from performance.scorecard "
            "union all select release_id from performance.alerts)"
        ).fetchone()
    return row[0] if row else None


def monthly_values(marts: Path) -> list[MetricValue]:
    """Every metric by month, as an earlier step or release wrote it; empty without such a table."""
    import duckdb

    with duckdb.connect(str(marts), read_only=True) as connection:
        try:
            rows = connection.execute(
                f"select metric, period_start, value from {METRIC_VALUES}"
            ).fetchall()
        except duckdb.CatalogException:
            return []
    return [MetricValue(metric=row[0], month=row[1], value=row[2]) for row in rows]
