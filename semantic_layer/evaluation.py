"""Many metrics by period, in few queries, for the gate and the scorecard.

Metrics that share a mart are queried together, and so are the dimensions of one entity. Where a query
fails, its metrics are queried one by one, so that the failing one is named and the others are answered.
Comparing values with targets or history does not belong here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.core.errors import EmbudoError, QueryInvalid
from semantic_layer.period_queries import by_period, plan_by_period
from semantic_layer.records import METRIC_TIME, Dimension, Grain
from semantic_layer.unpivot import SEPARATOR

if TYPE_CHECKING:
    import pyarrow as pa

    from semantic_layer.layer import SemanticLayer

METRICS_PER_QUERY = 24
"""Takes two thirds of the time that one query per metric takes, planning included."""

METRIC_VALUES = ("performance", "metric_values")
"""Schema and table where a refresh writes every metric by month."""

_CONCURRENT_QUERIES = 2
"""While DuckDB runs one, Python plans the next."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Values of metrics by period.

    `table`: `metric` and `grain` texts, `period_start` a date, `value` a double; one row for each
    metric and period that has a value, sorted by them. By dimensions it has `dimension` and `key`
    too, one row for each of their values that has one; rows without a key are left out.
    """

    table: pa.Table
    failures: Mapping[str, str]
    """Why a metric has no values at all."""
    unavailable: tuple[str, ...] = ()
    """Metrics whose facts are coarser than the grain, such as a monthly quota by day, or that have
    none of the dimensions."""

    def checked(self) -> pa.Table:
        """The table, or `QueryInvalid` naming every metric that failed."""
        if self.failures:
            lines = [f"  {name}: {reason}" for name, reason in sorted(self.failures.items())]
            raise QueryInvalid("These metrics cannot be evaluated:\n" + "\n".join(lines))
        return self.table


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Metrics and dimensions of one query."""

    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]


def evaluate(
    layer: SemanticLayer,
    metrics: Sequence[str],
    grain: Grain,
    *,
    by: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> Evaluation:
    """Values by period, and by each of the dimensions `by` that a metric has.

    Periods that begin before `since` or after `until` are left out, as running totals go on.
    """
    import pyarrow as pa

    failures: dict[str, str] = {}
    unavailable: list[str] = []
    batches = list(_batches(layer, metrics, grain, by, failures, unavailable))

    def run(batch: _Batch) -> list[pa.Table]:
        return _run(layer, batch, grain, failures)

    with ThreadPoolExecutor(max_workers=_CONCURRENT_QUERIES) as pool:
        parts = [
            _within(part, since, until) for answer in pool.map(run, batches) for part in answer
        ]
    schema = _schema(by)
    table = pa.concat_tables([schema.empty_table(), *parts]).sort_by(
        [(name, "ascending") for name in schema.names if name not in ("grain", "value")]
    )
    return Evaluation(table=table, failures=failures, unavailable=tuple(unavailable))


def plan_ahead(
    layer: SemanticLayer, metrics: Sequence[str], grain: Grain, *, by: Sequence[str] = ()
) -> None:
    """Plan the queries of `evaluate` and run none; what cannot be planned fails when it is evaluated."""
    for batch in _batches(layer, metrics, grain, by, {}, []):
        with contextlib.suppress(EmbudoError):
            plan_by_period(layer, batch.metrics, grain, by=batch.dimensions)


def values(
    layer: SemanticLayer, metrics: Sequence[str], grain: Grain, *, until: date | None = None
) -> pa.Table:
    """`metric, grain, period_start, value`; `QueryInvalid` names the metrics that fail."""
    return evaluate(layer, metrics, grain, until=until).checked()


def monthly_values(layer: SemanticLayer, metrics: Sequence[str]) -> Evaluation:
    """Metrics by month up to the data-as-of day, as the refresh stored them where it did.

    A release's own definitions on its own tables give what stands in `performance.metric_values`;
    drafts are evaluated.
    """
    if layer.facts.draft or not layer.warehouse.has_table(*METRIC_VALUES):
        return evaluate(layer, metrics, "month", until=layer.until)
    names = ", ".join(f"'{layer.catalogue.metric(name).name}'" for name in metrics)
    stored = layer.warehouse.query(
        f"select metric, grain, period_start, value from marts.{'.'.join(METRIC_VALUES)} "
        f"where metric in ({names}) order by metric, period_start"
    )
    return Evaluation(table=stored, failures={})


def _batches(
    layer: SemanticLayer,
    metrics: Sequence[str],
    grain: Grain,
    by: Sequence[str],
    failures: dict[str, str],
    unavailable: list[str],
) -> Iterator[_Batch]:
    known = {metric.name: metric for metric in layer.metrics()}
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name in dict.fromkeys(metrics):
        try:
            dimensions = {d.name: d for d in layer.dimensions([name])}
            offered = tuple(dimension for dimension in by if dimension in dimensions)
            if grain not in _grains(dimensions) or (by and not offered):
                unavailable.append(name)
                continue
            # A running total joins every fact with every day after it: no other metric waits for it.
            alone = known[name].kind == "cumulative"
            marts = (name,) if alone else layer.marts([name])
            one_by_one = known[name].is_conversion and offered
            for together in [(dimension,) for dimension in offered] if one_by_one else [offered]:
                groups.setdefault((marts, together), []).append(name)
        except EmbudoError as error:
            failures[name] = str(error)
    for (_, dimensions_of), names in groups.items():
        for start in range(0, len(names), METRICS_PER_QUERY):
            yield _Batch(
                metrics=tuple(names[start : start + METRICS_PER_QUERY]), dimensions=dimensions_of
            )


def _grains(dimensions: Mapping[str, Dimension]) -> tuple[str, ...]:
    return dimensions[METRIC_TIME].grains if METRIC_TIME in dimensions else ()


def _run(
    layer: SemanticLayer, batch: _Batch, grain: Grain, failures: dict[str, str]
) -> list[pa.Table]:
    try:
        answer = by_period(layer, batch.metrics, grain, by=batch.dimensions)
        return [_long(answer, batch, grain)]
    except EmbudoError as error:
        if len(batch.metrics) == 1:
            failures[batch.metrics[0]] = str(error)
            return []
        alone = [_Batch(metrics=(name,), dimensions=batch.dimensions) for name in batch.metrics]
        return [part for single in alone for part in _run(layer, single, grain, failures)]


def _long(answer: pa.Table, batch: _Batch, grain: Grain) -> pa.Table:
    """The metric columns of an answer as rows, without empty values and keys."""
    import pyarrow as pa
    import pyarrow.compute as pc

    schema = _schema(batch.dimensions)
    parts = [schema.empty_table()]
    keys: list[pa.ChunkedArray] = []
    if batch.dimensions:
        marked = pc.split_pattern(answer.column(batch.dimensions[0]), SEPARATOR, max_splits=1)
        keys = [pc.list_element(marked, 0), pc.list_element(marked, 1)]
    for name in batch.metrics:
        # Arrays made of Python lists would make pyarrow import pandas, which takes a second.
        part = pa.Table.from_arrays(
            [
                pa.repeat(pa.scalar(name, pa.string()), answer.num_rows),
                pa.repeat(pa.scalar(grain, pa.string()), answer.num_rows),
                *keys,
                answer.column(f"{METRIC_TIME}__{grain}").cast(pa.date32()),
                _doubles(answer.column(name)),
            ],
            schema=schema,
        )
        for column in schema.names:
            part = part.filter(pc.is_valid(part[column]))
        parts.append(part)
    return pa.concat_tables(parts)


def _within(part: pa.Table, since: date | None, until: date | None) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    if since is not None:
        part = part.filter(pc.greater_equal(part["period_start"], pa.scalar(since, pa.date32())))
    if until is not None:
        part = part.filter(pc.less_equal(part["period_start"], pa.scalar(until, pa.date32())))
    return part


def _schema(by: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    keys = [("dimension", pa.string()), ("key", pa.string())] if by else []
    return pa.schema(
        [
            ("metric", pa.string()),
            ("grain", pa.string()),
            *keys,
            ("period_start", pa.date32()),
            ("value", pa.float64()),
        ]
    )


def _doubles(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as doubles, each the nearest to its decimal; Arrow's own cast of decimals is not exact."""
    import pyarrow as pa

    if pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return column.cast(pa.float64(), safe=False)
