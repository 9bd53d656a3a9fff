"""What a kind of damage is, and what one damage did. The kinds themselves stand in one file per family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal

from tests.gate_trials.delivery import Delivery
from tests.gate_trials.sheets import Row, Sheet
from tests.gate_trials.streams import Stream

Expected = Literal["stops", "warns"]


@dataclass(frozen=True)
class Target:
    """Where a kind of damage can be done: a stream, and columns of it."""

    stream: Stream
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One damage to do. `size` is the share of rows, days or values that it touches, 0 to 1."""

    delivery: Delivery
    rng: Random
    target: Target
    size: float

    @property
    def stream(self) -> Stream:
        """The stream to damage."""
        return self.target.stream

    def read(self) -> Sheet:
        """The new month's rows of the stream."""
        return self.delivery.read(self.stream)

    def some(self, rows: Sequence[Row]) -> list[Row]:
        """As many of the rows as the size says, at least one, drawn at random and in their order."""
        count = min(len(rows), max(1, round(len(rows) * self.size)))
        return [rows[place] for place in sorted(self.rng.sample(range(len(rows)), count))]


@dataclass(frozen=True)
class Damage:
    """What was done: `streams` as `source.stream`, `rows` the rows that are wrong, missing or too many."""

    streams: tuple[str, ...]
    rows: int
    columns: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    """The first and the last day, where it has days."""


@dataclass(frozen=True)
class Kind:
    """A kind of damage. `expected`: what is impossible or certainly wrong stops, what is unusual warns."""

    name: str
    family: str
    what: str
    targets: tuple[Target, ...]
    apply: Callable[[Case], Damage]
    expected: Expected
    sizes: tuple[float, float] = (1.0, 1.0)
    """Between which the size is drawn, such that what is expected holds."""


def damage(
    sheets: Sheet | Iterable[Sheet], rows: Sequence[Row] | int, columns: Iterable[str] = ()
) -> Damage:
    """The record of a damage to rows of the first of `sheets`."""
    touched = [sheets] if isinstance(sheets, Sheet) else list(sheets)
    listed = [] if isinstance(rows, int) else rows
    days = sorted(day for row in listed if (day := touched[0].day(row)) is not None)
    return Damage(
        streams=tuple(dict.fromkeys(sheet.stream.title for sheet in touched)),
        rows=rows if isinstance(rows, int) else len(rows),
        columns=tuple(columns),
        dates=(days[0], days[-1]) if days else (),
    )


def on(*streams: Stream) -> tuple[Target, ...]:
    """Each stream as a whole."""
    return tuple(Target(stream) for stream in streams)


def each_of(stream: Stream, *columns: str) -> tuple[Target, ...]:
    """Each of the columns by itself."""
    return tuple(Target(stream, (column,)) for column in columns)
