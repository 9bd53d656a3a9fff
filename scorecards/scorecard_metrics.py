"""The metrics of the scorecard: which by which grain, and their values for the company and every scope.

Comparing them with targets, benchmarks or other periods belongs to `release_tables`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scorecards.cadence import COMPANY, SCOPES, grains_of, times_of
from semantic_layer import evaluation
from semantic_layer.records import GRAINS, METRIC_TIME, Grain, Metric

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from semantic_layer.layer import SemanticLayer

_DAYS_EVALUATED = 90 + 364 + 1
"""Days that the scorecard shows, and the year before the first of them that they are compared with."""


def evaluated_values(
    layer: SemanticLayer,
    connection: duckdb.DuckDBPyConnection,
    as_of_on: date,
) -> Iterator[pa.Table]:
    """Values of each grain by `metric, scope, scope_key, grain, period_start`, part by part.

    `performance.metric_values` has to be there: the company's values by month are read from it. Raises
    `QueryInvalid` naming the metrics that cannot be evaluated.
    """
    metrics = layer.metrics()
    for grain, names in _names_by_grain(layer, metrics, _grains_of_targets(connection)).items():
        since = as_of_on - timedelta(days=_DAYS_EVALUATED) if grain == "day" else None
        if grain == "month":
            company = _stored_by_month(connection, names)
        else:
            company = evaluation.evaluate(
                layer, names, grain, since=since, until=as_of_on
            ).checked()
        yield _with_scope(company)
        others = evaluation.evaluate(
            layer, names, grain, by=tuple(SCOPES), since=since, until=as_of_on
        ).checked()
        yield _with_scope(others)


def plan_ahead(layer: SemanticLayer) -> None:
    """Plan the queries of metric values and scorecard and run none.

    Grains that only a target needs are planned when they are run.
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


def _stored_by_month(connection: duckdb.DuckDBPyConnection, names: list[str]) -> pa.Table:
    return connection.execute(
        "select metric, grain, period_start, value from performance.metric_values "
        "where grain = 'month' and list_contains(?, metric)",
        [names],
    ).to_arrow_table()


def _grains_of_targets(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    grains: dict[str, set[str]] = {}
    for metric, grain in connection.execute(
        "select distinct metric, period_grain from performance.fct_targets"
    ).fetchall():
        grains.setdefault(metric, set()).add(grain)
    return grains


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
