"""What of a stream's rows is counted: its time, its words and numbers, and columns of many values.

Derived from the contract alone; counting belongs to `counting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from orchestration.settings.contract import ContractColumn, StreamContract

Feature = Literal["kind", "text", "number", "lag"]
"""`kind`: rows of each of few values; `text`: how many are filled and how many values they have; `number`: its
quantiles; `lag`: those of the seconds from the row's time to another one.
"""

_GROUPS = frozenset({"users", "campaigns", "products"})
"""Streams of few rows: a reference to them is a group of rows."""

_NUMBERS = ("bigint", "decimal", "double", "integer")


@dataclass(frozen=True)
class CountedColumn:
    """A column and what is counted of it; `group` is the stream of few rows that it refers to."""

    name: str
    feature: Feature
    group: str = ""


@dataclass(frozen=True)
class CountedStream:
    """A stream's time, None where its rows have none, and the columns that are counted."""

    name: str
    time: str | None
    time_type: str
    columns: tuple[CountedColumn, ...]

    @property
    def has_hours(self) -> bool:
        """Whether its time has a time of day."""
        return self.time_type == "timestamp"

    def of(self, *features: Feature) -> tuple[CountedColumn, ...]:
        """The columns of these features."""
        return tuple(column for column in self.columns if column.feature in features)


def counted(stream: StreamContract) -> CountedStream:
    """What of a stream is counted."""
    time = _time_of(stream)
    columns = (
        _counted_column(column, time)
        for column in stream.columns
        if column.name not in {time, stream.newest_by}
        and (column.name not in stream.keys or _has_few_values(column))
    )
    return CountedStream(
        name=stream.name,
        time=time,
        time_type=stream.column(time).data_type if time else "",
        columns=tuple(column for column in columns if column is not None),
    )


def _time_of(stream: StreamContract) -> str | None:
    """The time of its rows: when they happened or were made, or the day or month in the key."""
    if stream.business_times:
        return stream.business_times[0]
    if stream.newest_by:
        return None
    days = (key for key in stream.keys if stream.column(key).data_type == "date")
    return next(days, None)


def _has_few_values(column: ContractColumn) -> bool:
    """Whether a column of a key is a group of rows all the same: a channel, a stage, an agent."""
    return column.is_word or column.target in _GROUPS


def _counted_column(column: ContractColumn, time: str | None) -> CountedColumn | None:
    kind = column.data_type
    if kind in ("timestamp", "date"):
        return CountedColumn(column.name, "lag") if time else None
    if kind.startswith(_NUMBERS):
        return CountedColumn(column.name, "number")
    if kind == "boolean":
        return CountedColumn(column.name, "kind")
    if column.target in _GROUPS:
        return CountedColumn(column.name, "kind", group=str(column.target))
    many = column.is_private or column.free_text or column.target or column.name.endswith("_id")
    if many or column.name in ("name", "postal_code"):
        return CountedColumn(column.name, "text")
    return CountedColumn(column.name, "kind")
