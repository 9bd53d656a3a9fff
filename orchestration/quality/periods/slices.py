"""The counts of a candidate as records: each stream of a source by month, its fresh rows, and the last release's days.

Counting belongs to `counting`, judging to the checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orchestration.quality.periods.windows import SHORT_SPAN

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FILES = 2

_FEWEST_WINDOWS = 6
"""Windows with enough rows that a few fresh days are compared with."""


@dataclass
class Slice:
    """Rows of a stream and source in a span of time: how many by day, hour and value, and measures by column.

    Days and hours (0 to 23) are the company's. `kinds` is column to fingerprint to rows, empty text for null;
    `measures` column to name (filled, distinct, zero, negative, p10, p50, p90 of absolute values) to amount.
    """

    days: dict[date, int] = field(default_factory=dict)
    hours: list[int] = field(default_factory=lambda: [0] * 24)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    undated: int = 0
    """Rows of a stream whose rows have no time."""

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.days.values()) + self.undated

    def weekdays(self) -> list[int]:
        """Rows from Monday to Sunday."""
        counted = [0] * 7
        for day, rows in self.days.items():
            counted[day.weekday()] += rows
        return counted


@dataclass
class StreamPeriods:
    """A stream of a source: its months, its fresh rows, and the days that the last release had of it."""

    stream: str
    source: str
    months: dict[date, Slice] = field(default_factory=dict)
    fresh: Slice = field(default_factory=Slice)
    before: dict[date, int] = field(default_factory=dict)
    seen: list[Slice] = field(default_factory=list)
    """Its last two months, or its last window, as the last release had them: rows as young as the fresh ones."""
    windows: dict[date, Slice] = field(default_factory=dict)
    """Spans as long as the fresh one before it, by first day, where that is too short to be compared with months."""
    files: dict[str, int] = field(default_factory=dict)
    """Files that the fresh rows come from, with their rows."""

    @property
    def named_files(self) -> str:
        """Some of those files, in brackets."""
        if not self.files:
            return ""
        most = sorted(self.files, key=lambda file: (-self.files[file], file))[:_FILES]
        more = f" and {len(self.files) - _FILES:,} more" if len(self.files) > _FILES else ""
        return f" ({', '.join(most)}{more})"

    @property
    def subject(self) -> str:
        """As results name it."""
        return f"{self.source}.{self.stream}"

    @property
    def days(self) -> Mapping[date, int]:
        """Rows of every day that has any."""
        return {day: rows for month in self.months.values() for day, rows in month.days.items()}

    @property
    def fresh_span(self) -> tuple[date, date] | None:
        """First and last day of the fresh span: from the day after the last release's; None where nothing is fresh."""
        if not self.fresh.days or not self.before:
            return None
        return max(self.before) + timedelta(days=1), max(self.fresh.days)

    @property
    def is_short(self) -> bool:
        """Whether the fresh rows span a few days, which are compared with windows of as many."""
        span = self.fresh_span
        return span is not None and (span[1] - span[0]).days + 1 < SHORT_SPAN

    @property
    def is_undated(self) -> bool:
        """Whether its rows have no time: what landed before is its one month, called `date.min`."""
        return date.min in self.months

    def history(self, most: int = 12) -> list[tuple[date, Slice]]:
        """The last whole months before the fresh rows, without the first month there is, which often begins late.

        Before a few fresh days, the windows of as many, so far as they have a quarter of the rows; none where those
        are too few to say what is usual.
        """
        if self.is_undated:
            return [(date.min, self.months[date.min])] if self.fresh.undated else []
        span = self.fresh_span
        if span is None:
            return []
        if self.is_short:
            enough = min(20.0, self.fresh.rows / 4)
            windows = [at for at in sorted(self.windows.items()) if at[1].rows >= enough]
            return windows if len(windows) >= _FEWEST_WINDOWS else []
        known = sorted(month for month in self.months if month < span[0].replace(day=1))
        return [(month, self.months[month]) for month in known[1:][-most:]]


def read_periods(connection: DuckDBPyConnection) -> Iterator[StreamPeriods]:
    """Each stream and source of temp table `cells` that has rows, with what `cells_before` knows of it."""
    streams: dict[tuple[str, str], StreamPeriods] = {}
    for stream, source, month, is_fresh, feature, column, value, amount in connection.execute(
        "select * from cells where feature not in ('landed', 'release') order by stream, source"
    ).fetchall():
        periods = streams.setdefault((stream, source), StreamPeriods(stream, source))
        if feature == "file":
            periods.files[str(value)] = periods.files.get(str(value), 0) + int(amount)
            continue
        if month is not None or not is_fresh:
            into = periods.months.setdefault(month or date.min, Slice())
            _add(into, feature, column, value, amount)
        if is_fresh:
            _add(periods.fresh, feature, column, value, amount)
    for stream, source, value, amount in connection.execute(
        "select stream, source, value, amount from cells_before where feature = 'rows' and value is not null"
    ).fetchall():
        if (stream, source) in streams:
            streams[stream, source].before[date.fromisoformat(value)] = int(amount)
    _read_windows(connection, streams)
    seen: dict[tuple[str, str, date], Slice] = {}
    for stream, source, month, feature, column, value, amount in connection.execute(
        "select stream, source, month, feature, col, value, amount from cells_before where month is not null "
        "qualify dense_rank() over (partition by stream, source order by month desc) <= 2 order by month"
    ).fetchall():
        if (stream, source) in streams and not streams[stream, source].is_short:
            if (stream, source, month) not in seen:
                seen[stream, source, month] = Slice()
                streams[stream, source].seen.append(seen[stream, source, month])
            _add(seen[stream, source, month], feature, column, value, amount)
    yield from streams.values()


def _read_windows(
    connection: DuckDBPyConnection, streams: Mapping[tuple[str, str], StreamPeriods]
) -> None:
    for table in ("window_cells", "young_cells"):
        for stream, source, first, _, feature, column, value, amount in connection.execute(
            f"select * from {table} where feature <> 'file' order by stream, source"
        ).fetchall():
            periods = streams[stream, source]
            if table == "window_cells":
                into = periods.windows.setdefault(first, Slice())
            else:
                periods.seen = periods.seen or [Slice()]
                into = periods.seen[0]
            _add(into, feature, column, value, amount)


def _add(into: Slice, feature: str, column: str, value: str | None, amount: float) -> None:
    if feature == "rows" and value is None:
        into.undated += int(amount)
    elif feature == "rows":
        day = date.fromisoformat(str(value))
        into.days[day] = into.days.get(day, 0) + int(amount)
    elif feature == "hour":
        into.hours[int(str(value))] += int(amount)
    elif feature == "kind":
        kinds = into.kinds.setdefault(column, {})
        kinds[str(value)] = kinds.get(str(value), 0) + int(amount)
    else:
        into.measures.setdefault(column, {})[str(value)] = amount
