"""Answers of queries: a table, and what each of its columns holds.

How answers are shown belongs to `rendering`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from semantic_layer.records import Metric, Trust

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

    Columns have MetricFlow's names: a time by month is `metric_time__month`, and holds dates.
    Values are as DuckDB gives them, never rounded; a count is an integer.
    """

    request: QueryRequest
    table: pa.Table
    columns: tuple[ResultColumn, ...]
    sql: str
    trust: Trust
    currency: str = ""


def arranged(table: pa.Table, columns: tuple[ResultColumn, ...]) -> pa.Table:
    """The table with its columns in this order; times of a day or coarser as dates."""
    import pyarrow as pa

    table = table.select([column.name for column in columns])
    for number, column in enumerate(columns):
        dated = column.kind == "time" and column.grain != "hour"
        if dated and pa.types.is_timestamp(table.schema.field(number).type):
            days = table.column(number).cast(pa.date32(), safe=False)
            table = table.set_column(number, column.name, days)
    return table
