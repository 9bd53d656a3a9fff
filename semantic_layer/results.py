"""Answers of queries: a table, and what each of its columns holds.

How answers are shown belongs to `rendering`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from semantic_layer.records import HOUR, Metric, Trust

if TYPE_CHECKING:
    import pyarrow as pa

    from semantic_layer.names import GroupBy
    from semantic_layer.request import QueryRequest


@dataclass(frozen=True, kw_only=True)
class ResultColumn:
    """What a column of a result holds."""

    name: str
    kind: Literal["metric", "categorical", "time", "entity"]
    label: str
    label_es: str = ""
    unit: str = ""
    better: str = ""
    grain: str = ""

    @classmethod
    def of_metric(cls, metric: Metric) -> ResultColumn:
        """The column of a metric's values."""
        return cls(
            name=metric.name,
            kind="metric",
            label=metric.label,
            label_es=metric.label_es,
            unit=metric.unit,
            better=metric.better,
        )

    @classmethod
    def of_group(cls, group: GroupBy) -> ResultColumn:
        """The column of a dimension's values."""
        return cls(
            name=group.column,
            kind=group.dimension.kind,
            label=group.dimension.label,
            label_es=group.dimension.label_es or group.dimension.label,
            grain=group.grain or "",
        )


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """An answer. Group-by columns come first, then metrics, each in the order of the request.

    Columns have the names of the query: a time by month is `metric_time__month`, and holds dates; by hour
    it holds the start of each hour in the reporting time zone.
    Values are as DuckDB gives them, never rounded; a count is an integer.
    """

    request: QueryRequest
    table: pa.Table
    columns: tuple[ResultColumn, ...]
    sql: str
    trust: Trust
    currency: str = ""


def arranged(table: pa.Table, columns: tuple[ResultColumn, ...], *, time_zone: str) -> pa.Table:
    """The table with its columns in this order; hours, which are UTC, in a time zone, longer times as dates."""
    import pyarrow as pa

    table = table.select([column.name for column in columns])
    for number, column in enumerate(columns):
        if column.kind != "time" or not pa.types.is_timestamp(table.schema.field(number).type):
            continue
        times = table.column(number)
        if column.grain == HOUR:
            local = times.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", time_zone))
            table = table.set_column(number, column.name, local)
        else:
            table = table.set_column(number, column.name, times.cast(pa.date32(), safe=False))
    return table
