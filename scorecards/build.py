"""`performance.scorecard` and `performance.alerts` of a candidate, from its marts and metrics.

Values come through the semantic layer, in few queries; all that is compared with them (targets,
benchmarks, other periods) is plain SQL in `sql/`, a step a file. Nothing here reads a clock: "today" is the
data-as-of time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scorecards.cadence import COMPANY, SCOPES, grains_of, times_of
from scorecards.columns import tables
from semantic_layer import evaluation
from semantic_layer.records import GRAINS, METRIC_TIME, Grain, Metric

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from semantic_layer.layer import SemanticLayer

_SQL = Path(__file__).parent / "sql"
_STEPS = (
    "1_periods",
    "2_whereabouts",
    "3_stated_targets",
    "4_reviews",
    "5_cells",
    "6_seasons",
    "7_placed",
    "8_scorecard",
)
_DAYS_LOOKED_BACK = 90 + 364 + 1
"""Days that the scorecard shows, and the year before the first of them that they are compared with."""

_FOUND = (
    "alert_rule_key varchar, rep_key varchar, team varchar, region varchar, metric varchar, "
    "subject_key varchar, what varchar, what_es varchar, what_to_do varchar, what_to_do_es varchar, "
    "since_at timestamp, value double"
)


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """What a release is of. `as_of` is naive UTC, `as_of_on` its day in the reporting time zone."""

    as_of: datetime
    as_of_on: date
    release_id: str
    newest_of_source: Mapping[str, datetime]
    """The latest business time (naive UTC) that each source has brought."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """Rows written."""

    scorecard: int
    alerts: int


def build(layer: SemanticLayer, connection: duckdb.DuckDBPyConnection, moment: AsOf) -> Built:
    """Write both tables into the marts that `connection` holds for writing.

    `performance.metric_values` has to be there: the company's values by month are taken from it. Raises
    `QueryInvalid` naming the metrics that cannot be evaluated.
    """
    metrics = layer.metrics()
    write_tables(
        connection, _evaluated(layer, connection, metrics, moment.as_of_on), metrics, moment
    )
    return Built(
        scorecard=_count(connection, "performance.scorecard"),
        alerts=_count(connection, "performance.alerts"),
    )


def write_tables(
    connection: duckdb.DuckDBPyConnection,
    values: Iterable[pa.Table],
    metrics: Sequence[Metric],
    moment: AsOf,
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
    _tell(connection, metrics, moment)
    for step in _STEPS:
        connection.execute(_text(step))
    _find_alerts(connection)
    for table in tables().values():
        for statement in table.comments():
            connection.execute(statement)


def _evaluated(
    layer: SemanticLayer,
    connection: duckdb.DuckDBPyConnection,
    metrics: list[Metric],
    as_of_on: date,
) -> Iterator[pa.Table]:
    """Values of each grain, for the company and for the other scopes together."""
    for grain, names in _names_by_grain(layer, metrics, _grains_of_targets(connection)).items():
        since = as_of_on - timedelta(days=_DAYS_LOOKED_BACK) if grain == "day" else None
        if grain == "month":
            of_company = _known_by_month(connection, names)
        else:
            of_company = evaluation.evaluate(
                layer, names, grain, since=since, until=as_of_on
            ).checked()
        yield _with_scope(of_company)
        of_others = evaluation.evaluate(
            layer, names, grain, by=tuple(SCOPES), since=since, until=as_of_on
        ).checked()
        yield _with_scope(of_others)


def plan_ahead(layer: SemanticLayer) -> None:
    """Plan the queries of metric values and scorecard and ask none.

    Grains that only a target asks for are planned when they are asked.
    """
    metrics = layer.metrics()
    evaluation.plan_ahead(layer, [metric.name for metric in metrics], "month")
    for grain, names in _names_by_grain(layer, metrics, {}).items():
        if grain != "month":
            evaluation.plan_ahead(layer, names, grain)
        evaluation.plan_ahead(layer, names, grain, by=tuple(SCOPES))


def _names_by_grain(
    layer: SemanticLayer, metrics: list[Metric], targets: Mapping[str, Collection[str]]
) -> dict[Grain, list[str]]:
    """The metrics that each grain of the scorecard is for."""
    wanted: dict[Grain, list[str]] = {grain: [] for grain in GRAINS}
    for metric in metrics:
        times = times_of(layer.dimensions([metric.name]), METRIC_TIME)
        for grain in grains_of(metric, times, targets.get(metric.name, ())):
            wanted[grain].append(metric.name)
    return wanted


def _known_by_month(connection: duckdb.DuckDBPyConnection, names: list[str]) -> pa.Table:
    return connection.execute(
        "select metric, grain, period_start, value from performance.metric_values "
        "where grain = 'month' and list_contains(?, metric)",
        [names],
    ).to_arrow_table()


def _grains_of_targets(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for metric, grain in connection.execute(
        "select distinct metric, period_grain from performance.fct_targets"
    ).fetchall():
        found.setdefault(metric, set()).add(grain)
    return found


def _with_scope(values: pa.Table) -> pa.Table:
    """`scope` and `scope_key` in the place of `dimension` and `key`."""
    import pyarrow as pa

    if "dimension" not in values.column_names:
        company = pa.repeat(pa.scalar(COMPANY, pa.string()), values.num_rows)
        return values.append_column("scope", company).append_column("scope_key", company)
    encoded = values.column("dimension").combine_chunks().dictionary_encode()
    names = [SCOPES[name.as_py()] for name in encoded.dictionary]
    scopes = pa.DictionaryArray.from_arrays(encoded.indices, pa.array(names, pa.string()))
    return values.append_column("scope", scopes.cast(pa.string())).rename_columns(
        {"key": "scope_key"}
    )


def _tell(connection: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], moment: AsOf) -> None:
    """The catalogue, the moment, the sources and the rules, as tables for the SQL."""
    connection.execute(
        "create or replace temp table moment as select cast(? as timestamp) as as_of, "
        "cast(? as date) as as_of_on, cast(? as varchar) as release_id",
        [moment.as_of, moment.as_of_on, moment.release_id],
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
                _zero(m),
            )
            for m in metrics
        ],
    )
    connection.execute("create or replace temp table sources (source varchar, newest_at timestamp)")
    if moment.newest_of_source:
        connection.executemany(
            "insert into sources values (?, ?)", sorted(moment.newest_of_source.items())
        )
    connection.execute(
        "create or replace temp table alert_rules as select *, "
        "case unit when 'days' then 86400 when 'hours' then 3600 else 1 end as unit_seconds "
        "from performance.dim_alert_rules"
    )


def _zero(metric: Metric) -> bool:
    """Whether nothing means zero: counts, and sums of what is sold or done.

    The cost of something is unknown where no row says it, and so is a difference.
    """
    counted = metric.unit == "count" or metric.better == "up"
    return metric.accumulates and metric.kind == "simple" and counted


def _find_alerts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"create or replace temp table found ({_FOUND})")
    for path in sorted((_SQL / "alerts").glob("*.sql")):
        connection.execute(
            "create or replace temp view rules as "
            f"select * from alert_rules where rule = '{path.stem}'"
        )
        connection.execute("insert into found by name\n" + path.read_text(encoding="utf-8"))
    connection.execute(_text("9_alerts"))


def _text(step: str) -> str:
    return (_SQL / f"{step}.sql").read_text(encoding="utf-8")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
