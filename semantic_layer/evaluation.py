"""Many metrics by period, in few queries, for the gate and the scorecard.

Metrics that share a mart are asked for together. One that fails is asked for alone, so that it is
named and the others are answered. Comparing values with targets or history does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.errors import EmbudoError, QueryInvalid
from semantic_layer.records import METRIC_TIME, Grain
from semantic_layer.request import QueryRequest

if TYPE_CHECKING:
    import pyarrow as pa

    from semantic_layer.layer import SemanticLayer

TOGETHER = 24
"""Metrics of one query: two thirds of the time that one query each takes, planning included."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Values of metrics by period.

    `table`: `metric` and `grain` texts, `period_start` a date, `value` a double; one row for each
    metric and period that has a value, sorted by them.
    """

    table: pa.Table
    failures: Mapping[str, str]
    """Why a metric has no values at all."""
    unavailable: tuple[str, ...] = ()
    """Metrics whose facts are coarser than the grain, such as a monthly quota by day."""

    def checked(self) -> pa.Table:
        """The table, or `QueryInvalid` naming every metric that failed."""
        if self.failures:
            lines = [f"  {name}: {reason}" for name, reason in sorted(self.failures.items())]
            raise QueryInvalid("These metrics cannot be evaluated:\n" + "\n".join(lines))
        return self.table


def evaluate(
    layer: SemanticLayer, metrics: Sequence[str], grain: Grain, *, until: date | None = None
) -> Evaluation:
    """Values by period; periods that begin after `until` are left out, as running totals go on."""
    import pyarrow as pa

    failures: dict[str, str] = {}
    unavailable: list[str] = []
    groups: dict[tuple[object, ...], list[str]] = {}
    running = {metric.name for metric in layer.metrics() if metric.kind == "cumulative"}
    for name in dict.fromkeys(metrics):
        try:
            if grain in _grains(layer, name):
                # A running total joins every fact with every day after it: it waits for no others.
                group = (name,) if name in running else layer.marts([name])
                groups.setdefault(group, []).append(name)
            else:
                unavailable.append(name)
        except EmbudoError as error:
            failures[name] = str(error)
    parts: list[pa.Table] = []
    for names in groups.values():
        for start in range(0, len(names), TOGETHER):
            parts += _asked(layer, names[start : start + TOGETHER], grain, until, failures)
    table = pa.concat_tables([pa.Table.from_batches([], schema=_schema()), *parts]).sort_by(
        [("metric", "ascending"), ("period_start", "ascending")]
    )
    return Evaluation(table=table, failures=failures, unavailable=tuple(unavailable))


def _grains(layer: SemanticLayer, name: str) -> tuple[str, ...]:
    return next((d.grains for d in layer.dimensions([name]) if d.name == METRIC_TIME), ())


def _asked(
    layer: SemanticLayer,
    names: Sequence[str],
    grain: Grain,
    until: date | None,
    failures: dict[str, str],
) -> list[pa.Table]:
    try:
        answer = layer.query(QueryRequest(metrics=tuple(names), grain=grain)).table
        return [_long(answer, names, grain, until)]
    except EmbudoError as error:
        if len(names) == 1:
            failures[names[0]] = str(error)
            return []
        return [part for name in names for part in _asked(layer, [name], grain, until, failures)]


def _long(answer: pa.Table, names: Sequence[str], grain: Grain, until: date | None) -> pa.Table:
    """An answer's metric columns under one another, without empty values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    schema = _schema()
    parts = [pa.Table.from_batches([], schema=schema)]
    for name in names:
        # Arrays made of Python lists would make pyarrow import pandas, which takes a second.
        part = pa.Table.from_arrays(
            [
                pa.repeat(pa.scalar(name, pa.string()), answer.num_rows),
                pa.repeat(pa.scalar(grain, pa.string()), answer.num_rows),
                answer.column(f"{METRIC_TIME}__{grain}").cast(pa.date32()),
                _doubles(answer.column(name)),
            ],
            schema=schema,
        )
        kept = pc.and_(pc.is_valid(part["period_start"]), pc.is_valid(part["value"]))
        if until is not None:
            kept = pc.and_(kept, pc.less_equal(part["period_start"], pa.scalar(until, pa.date32())))
        parts.append(part.filter(kept))
    return pa.concat_tables(parts)


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("metric", pa.string()),
            ("grain", pa.string()),
            ("period_start", pa.date32()),
            ("value", pa.float64()),
        ]
    )


def _doubles(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as doubles, each the nearest to its decimal; Arrow's own cast of decimals is not."""
    import pyarrow as pa

    if pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return column.cast(pa.float64(), safe=False)
