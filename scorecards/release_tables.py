"""`performance.scorecard` and `performance.alerts` of a candidate, from its marts and metrics.

Values come through the semantic layer (`scorecard_metrics`); what they are compared with (targets, benchmarks,
other periods) is plain SQL in `sql/`, one file per step. Nothing here reads a clock: "today" is the data-as-of
time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scorecards.columns import tables
from scorecards.scorecard_metrics import evaluated_values
from semantic_layer.records import Metric

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from semantic_layer.layer import SemanticLayer

_SQL = Path(__file__).parent / "sql"
_STEPS = (
    "1_periods",
    "2_scope_attributes",
    "3_stated_targets",
    "4_target_reviews",
    "5_period_values",
    "6_seasonal_indexes",
    "7_scorecard_values",
    "8_scorecard",
)
_DETECTED = (
    "alert_rule_key varchar, rep_key varchar, team varchar, region varchar, metric varchar, "
    "subject_key varchar, what varchar, what_es varchar, what_to_do varchar, what_to_do_es varchar, "
    "since_at timestamp, value double"
)


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """The data-as-of time of a release: `as_of` is naive UTC, `as_of_on` its day in the reporting time zone."""

    as_of: datetime
    as_of_on: date
    release_id: str
    newest_of_source: Mapping[str, datetime]
    """The latest business time (naive UTC) of each source."""


@dataclass(frozen=True, kw_only=True)
class RowCounts:
    """Rows written."""

    scorecard: int
    alerts: int


def write_scorecard(
    layer: SemanticLayer, connection: duckdb.DuckDBPyConnection, as_of: AsOf
) -> RowCounts:
    """Write both tables into the marts that `connection` has open for writing.

    `performance.metric_values` has to be there: the company's values by month are read from it. Raises
    `QueryInvalid` naming the metrics that cannot be evaluated.
    """
    values = evaluated_values(layer, connection, as_of.as_of_on)
    write_tables(connection, values, layer.metrics(), as_of)
    return RowCounts(
        scorecard=_count(connection, "performance.scorecard"),
        alerts=_count(connection, "performance.alerts"),
    )


def write_tables(
    connection: duckdb.DuckDBPyConnection,
    values: Iterable[pa.Table],
    metrics: Sequence[Metric],
    as_of: AsOf,
) -> None:
    """Write both tables from values by `metric, scope, scope_key, grain, period_start`, part by part."""
    connection.execute(
        "create or replace temp table evaluated (metric varchar, scope varchar, scope_key varchar, "
        "grain varchar, period_start date, value double)"
    )
    for part in values:
        connection.register("part", part)
        connection.execute(
            "insert into evaluated select metric, scope, scope_key, grain, period_start, value from part"
        )
        connection.unregister("part")
    _write_inputs(connection, metrics, as_of)
    for step in _STEPS:
        connection.execute(_text(step))
    _detect_alerts(connection)
    for table in tables().values():
        for statement in table.comments():
            connection.execute(statement)


def _write_inputs(
    connection: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], as_of: AsOf
) -> None:
    """The catalogue, the release, the sources and the rules, as tables for the SQL."""
    connection.execute(
        "create or replace temp table release as select cast(? as timestamp) as as_of, "
        "cast(? as date) as as_of_on, cast(? as varchar) as release_id",
        [as_of.as_of, as_of.as_of_on, as_of.release_id],
    )
    connection.execute(
        "create or replace temp table catalogue (metric varchar, label varchar, label_es varchar, "
        "family varchar, unit varchar, better varchar, action varchar, accumulates boolean, "
        "is_zero_when_absent boolean)"
    )
    connection.executemany(
        "insert into catalogue values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                m.name,
                m.label,
                m.label_es,
                m.family,
                m.unit,
                m.better,
                m.action,
                m.accumulates,
                _is_zero_when_absent(m),
            )
            for m in metrics
        ],
    )
    connection.execute("create or replace temp table sources (source varchar, newest_at timestamp)")
    if as_of.newest_of_source:
        connection.executemany(
            "insert into sources values (?, ?)", sorted(as_of.newest_of_source.items())
        )
    connection.execute(
        "create or replace temp table alert_rules as select *, "
        "case unit when 'days' then 86400 when 'hours' then 3600 else 1 end as unit_seconds "
        "from performance.dim_alert_rules"
    )


def _is_zero_when_absent(metric: Metric) -> bool:
    """Whether nothing means zero: counts, and sums of what is sold or done.

    The cost of something is unknown where no row has it, and so is a difference.
    """
    counted = metric.unit == "count" or metric.better == "up"
    return metric.accumulates and metric.kind == "simple" and counted


def _detect_alerts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"create or replace temp table detected ({_DETECTED})")
    for path in sorted((_SQL / "alerts").glob("*.sql")):
        connection.execute(
            "create or replace temp view rules as "
            f"select * from alert_rules where rule = '{path.stem}'"
        )
        connection.execute("insert into detected by name\n" + path.read_text(encoding="utf-8"))
    connection.execute(_text("9_alerts"))


def _text(step: str) -> str:
    return (_SQL / f"{step}.sql").read_text(encoding="utf-8")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
