"""Records of one window of a text file, found with numpy.

Line ends, quotes and delimiters are found for a whole window at once; only lines that cannot be read
on their own are read one by one (`csv_record`). Which windows a file has, and what its records are
together, belongs to `structure`.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.ingestion.formats.csv_record import Dialect, Outcome, Record, read_record

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WINDOW_BYTES = 32 << 20
LARGEST_RECORD = 10 << 20
_NEWLINE, _RETURN = 10, 13


@dataclass(frozen=True)
class Window:
    """A stretch of whole lines: absolute offset, number of the first, where its lines are."""

    offset: int
    line: int
    data: npt.NDArray[np.uint8]
    starts: Positions
    """Relative to the window."""
    ends: Positions
    """Where the content of each line ends, its line break left out."""
    stops: Positions
    """Where the next line starts."""


@dataclass(frozen=True)
class WindowRecords:
    """Records of a window: first and last line (indexes in the window), and faults by record."""

    first: Positions
    last: Positions
    faults: dict[int, str]
    consumed: int
    """Lines of the window that belong to these records; what follows is read with the next window."""
    beyond: int | None = None
    """Absolute end of the last record where it reaches beyond the window."""


def read_window(view: mmap.mmap, offset: int, line: int, size: int) -> Window:
    end = min(offset + WINDOW_BYTES, size)
    if end < size:
        last = view.rfind(b"\n", offset, end)
        if last < 0:
            last = view.find(b"\n", end)
        end = size if last < 0 else last + 1
    data = np.frombuffer(view[offset:end], dtype=np.uint8)
    breaks = np.flatnonzero(data == _NEWLINE)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), breaks + 1])
    stops = np.concatenate([breaks + 1, np.array([len(data)], dtype=np.int64)])
    ends = np.concatenate([breaks, np.array([len(data)], dtype=np.int64)])
    if starts[-1] == len(data):
        starts, stops, ends = starts[:-1], stops[:-1], ends[:-1]
    has_return = (ends > starts) & (data[np.maximum(ends - 1, 0)] == _RETURN)
    return Window(offset, line, data, starts, ends - has_return, stops)


def find_records(
    view: mmap.mmap, window: Window, dialect: Dialect, fields: int | None
) -> WindowRecords:
    filled = np.flatnonzero(window.ends > window.starts)
    lines = len(window.starts)
    if dialect.quote is None or fields is None:
        return _plain(window, dialect, fields, filled, lines)
    quotes = np.flatnonzero(window.data == dialect.quote)
    if dialect.escape is not None and len(quotes):
        quotes = quotes[(quotes == 0) | (window.data[quotes - 1] != dialect.escape)]
    if not len(quotes):
        return _plain(window, dialect, fields, filled, lines)
    records = _by_parity(window, dialect, fields, quotes)
    return records if records is not None else _line_by_line(view, window, dialect, fields, quotes)


def _plain(
    window: Window, dialect: Dialect, fields: int | None, filled: Positions, lines: int
) -> WindowRecords:
    """Records where nothing is quoted: every line with something in it is one."""
    faults: dict[int, str] = {}
    if fields is not None:
        delimiters = np.flatnonzero(window.data == dialect.delimiter)
        counts = _between(delimiters, window.starts[filled], window.stops[filled]) + 1
        for index in np.flatnonzero(_miscounted(counts, fields, dialect)):
            faults[int(index)] = wrong_count(
                int(counts[index]), fields, at_most=dialect.fills_short
            )
    return WindowRecords(filled, filled, faults, lines)


def _between(positions: Positions, starts: Positions, stops: Positions) -> Positions:
    """How many of the sorted `positions` lie in each stretch."""
    return np.searchsorted(positions, stops) - np.searchsorted(positions, starts)


def _by_parity(
    window: Window, dialect: Dialect, fields: int, quotes: Positions
) -> WindowRecords | None:
    """Records of a window whose quotes are all well formed, or None where that is in doubt."""
    if not bool(_well_formed(window, dialect, quotes, np.arange(len(quotes)) % 2 == 0).all()):
        return None
    outside = np.searchsorted(quotes, window.stops) % 2 == 0
    last = np.flatnonzero(outside)
    if not len(last):
        return None
    if not outside[-1] and window.stops[-1] == len(window.data) and window.data[-1] != _NEWLINE:
        return None  # the file ends inside a quoted field
    first = np.concatenate([np.zeros(1, dtype=np.int64), last[:-1] + 1])
    filled = (window.ends[last] > window.starts[first]) | (last > first)
    first, last = first[filled], last[filled]
    delimiters = np.flatnonzero(window.data == dialect.delimiter)
    delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    counts = _between(delimiters, window.starts[first], window.stops[last]) + 1
    several = last > first
    wrong = np.flatnonzero(_miscounted(counts, fields, dialect) | (several & (counts != fields)))
    if bool(several[wrong].any()):
        return None  # lines run together: most likely a quote that was never closed
    faults = {
        int(i): wrong_count(int(counts[i]), fields, at_most=dialect.fills_short) for i in wrong
    }
    return WindowRecords(first, last, faults, int(np.flatnonzero(outside)[-1]) + 1)


def _well_formed(window: Window, dialect: Dialect, quotes: Positions, opening: Flags) -> Flags:
    """Whether each quote stands where an opening or a closing one may stand."""
    data, size = window.data, len(window.data)
    before = np.where(quotes > 0, data[np.maximum(quotes - 1, 0)], _NEWLINE)
    after = np.where(quotes + 1 < size, data[np.minimum(quotes + 1, size - 1)], _NEWLINE)
    opens = (before == dialect.delimiter) | (before == _NEWLINE) | (before == dialect.quote)
    closes = (
        (after == dialect.delimiter)
        | (after == _NEWLINE)
        | (after == _RETURN)
        | (after == dialect.quote)
    )
    formed: Flags = np.where(opening, opens, closes)
    return formed


def _line_by_line(
    view: mmap.mmap, window: Window, dialect: Dialect, fields: int, quotes: Positions
) -> WindowRecords:
    """Records of a window with faults: each line alone, doubtful ones with what follows."""
    starts, stops = window.starts, window.stops
    first_quote = np.searchsorted(quotes, starts)
    of_line = np.searchsorted(stops, quotes, side="right")
    rank = np.arange(len(quotes)) - first_quote[of_line]
    misplaced = ~_well_formed(window, dialect, quotes, rank % 2 == 0)
    doubtful = _between(quotes, starts, stops) % 2 == 1
    doubtful[of_line[misplaced]] = True
    delimiters = np.flatnonzero(window.data == dialect.delimiter)
    line_of = np.searchsorted(stops, delimiters, side="right")
    in_quotes = (np.searchsorted(quotes, delimiters) - first_quote[line_of]) % 2 == 1
    counts = np.bincount(line_of[~in_quotes], minlength=len(starts)) + 1
    blank = window.ends <= starts
    doubtful |= _miscounted(counts, fields, dialect) & ~blank

    firsts, lasts, faults = _settle_doubtful(
        view, window, dialect, fields, doubtful, ~doubtful & ~blank
    )
    covered = np.zeros(len(starts), dtype=np.int64)
    for first, last in zip(firsts, lasts, strict=True):
        covered[first : last + 1] = 1
    alone = np.flatnonzero(~doubtful & ~blank & (covered == 0))
    first_all = np.concatenate([alone, np.array(firsts, dtype=np.int64)])
    last_all = np.concatenate([alone, np.array(lasts, dtype=np.int64)])
    order = np.argsort(first_all, kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    by_record = {int(position[len(alone) + i]): text for i, text in faults.items()}
    first_sorted, last_sorted = first_all[order], last_all[order]
    beyond = None
    if len(last_sorted) and last_sorted[-1] >= len(starts):
        beyond = window.offset + int(_end_beyond(view, window, dialect, int(first_sorted[-1])))
    return WindowRecords(first_sorted, last_sorted, by_record, len(starts), beyond)


def _end_beyond(view: mmap.mmap, window: Window, dialect: Dialect, line: int) -> int:
    start = window.offset + int(window.starts[line])
    return read_record(view, start, dialect=dialect, limit=LARGEST_RECORD).end - window.offset


def _settle_doubtful(
    view: mmap.mmap,
    window: Window,
    dialect: Dialect,
    fields: int,
    doubtful: Flags,
    sound: Flags,
) -> tuple[list[int], list[int], dict[int, str]]:
    """Doubtful lines as records: the shortest run of lines that reads well, or the line alone,
    rejected.
    """
    firsts: list[int] = []
    lasts: list[int] = []
    faults: dict[int, str] = {}
    free = 0
    for line in np.flatnonzero(doubtful):
        if line < free:
            continue
        start = window.offset + int(window.starts[line])
        record = read_record(view, start, dialect=dialect, limit=LARGEST_RECORD)
        last = int(line)
        if record.outcome is Outcome.READ and record.lines > 1:
            last = int(line) + record.lines - 1
            inner = sound[int(line) + 1 : last + 1]
            if record.fields != fields and bool(inner.any()):
                last = int(line)
                faults[len(firsts)] = "a quote is opened and never closed"
        if record.outcome is not Outcome.READ:
            faults[len(firsts)] = record.outcome.value
        elif len(firsts) not in faults and (
            record.fields > fields
            or (record.fields < fields and not _may_be_short(record, dialect))
        ):
            faults[len(firsts)] = wrong_count(record.fields, fields, at_most=dialect.fills_short)
        firsts.append(int(line))
        lasts.append(last)
        free = last + 1
    return firsts, lasts, faults


def _miscounted(counts: Positions, fields: int, dialect: Dialect) -> Flags:
    """Which records have a number of fields that they may not have, if each is one line."""
    wrong: Flags = counts > fields if dialect.fills_short else counts != fields
    return wrong


def _may_be_short(record: Record, dialect: Dialect) -> bool:
    """Several lines with too few fields are most likely a quote that was never closed."""
    return dialect.fills_short and record.lines == 1


def wrong_count(count: int, expected: int, *, at_most: bool = False) -> str:
    """The reason for rejecting a record with too many or too few fields."""
    most = "at most " if at_most else ""
    return f"found {count} field{'s' if count != 1 else ''}, expected {most}{expected}"
