"""Where the records of a text file begin, and which of them are not well formed.

The file is scanned in windows with numpy: line ends, quotes and delimiters are found for a whole
window at once, and only lines that do not stand on their own are looked at one by one
(`csv_record`). The scan is also the independent count of a file's records that invariant I3 is held
against. Reading the values belongs to `readers`; turning other encodings into UTF-8 to
`plain_text`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from orchestration.ingestion.formats.byte_faults import LONE_RETURN, byte_faults
from orchestration.ingestion.formats.csv_record import Dialect, Outcome, read_record

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WINDOW_BYTES = 32 << 20
LARGEST_RECORD = 10 << 20
_NEWLINE, _RETURN = 10, 13


@dataclass(frozen=True)
class Reject:
    """A record that cannot be read: ordinal among all records, line, bytes, what is wrong."""

    ordinal: int
    line: int
    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Structure:
    """The records of a file. `starts`, `lines`, `good`: one entry a record, in file order."""

    starts: Positions
    lines: Positions
    good: Flags
    rejects: tuple[Reject, ...]
    largest: int
    """Bytes of the longest good record."""
    multiline: bool
    blank_spans: tuple[tuple[int, int], ...]
    body: int
    """Offset of the first byte after preamble and header."""
    size: int

    @property
    def records(self) -> int:
        """All records, good or not."""
        return len(self.starts)

    @property
    def good_records(self) -> int:
        """Records that can be read."""
        return self.records - len(self.rejects)

    @property
    def first_line(self) -> int | None:
        """The line of the first record where each record is one line and none is left out, else
        None.
        """
        if not self.records or self.rejects:
            return None
        first, last = int(self.lines[0]), int(self.lines[-1])
        return first if last - first + 1 == self.records else None


@dataclass
class _Found:
    starts: list[Positions] = field(default_factory=list)
    lines: list[Positions] = field(default_factory=list)
    good: list[Flags] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    blanks: list[tuple[int, int]] = field(default_factory=list)
    records: int = 0
    largest: int = 0
    multiline: bool = False


@dataclass(frozen=True)
class _Window:
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
class _Records:
    """Records of a window: first and last line (indexes in the window), and faults by record."""

    first: Positions
    last: Positions
    faults: dict[int, str]
    consumed: int
    """Lines of the window that belong to these records; what follows is read again."""
    beyond: int | None = None
    """Absolute end of the last record where it reaches beyond the window."""


def scan(
    path: Path, *, dialect: Dialect, fields: int | None, body: int, line: int, encoding: str
) -> Structure:
    """Find the records of `path` from byte `body` on, whose first line is number `line`.

    `fields` is how many fields a record must have (None: lines are not split). Wrong counts, bad
    quotes, bytes that are not `encoding`, NUL bytes, lone carriage returns and records over 10 MB
    are rejected.
    """
    size = path.stat().st_size
    found = _Found()
    if size > body:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            offset = body
            while offset < size:
                window = _window(view, offset, line, size)
                records = _records(view, window, dialect, fields)
                offset, line = _collect(found, view, window, records, dialect, fields, encoding)
                del window
    return Structure(
        starts=_joined(found.starts),
        lines=_joined(found.lines),
        good=np.concatenate(found.good) if found.good else np.empty(0, dtype=np.bool_),
        rejects=tuple(found.rejects),
        largest=found.largest,
        multiline=found.multiline,
        blank_spans=tuple(found.blanks),
        body=body,
        size=size,
    )


def _joined(pieces: list[Positions]) -> Positions:
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)


def _window(view: mmap.mmap, offset: int, line: int, size: int) -> _Window:
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
    return _Window(offset, line, data, starts, ends - has_return, stops)


def _records(view: mmap.mmap, window: _Window, dialect: Dialect, fields: int | None) -> _Records:
    filled = np.flatnonzero(window.ends > window.starts)
    lines = len(window.starts)
    if dialect.quote is None or fields is None:
        return _plain(window, dialect, fields, filled, lines)
    quotes = np.flatnonzero(window.data == dialect.quote)
    if dialect.escape is not None and len(quotes):
        quotes = quotes[(quotes == 0) | (window.data[quotes - 1] != dialect.escape)]
    if not len(quotes):
        return _plain(window, dialect, fields, filled, lines)
    whole = _by_parity(window, dialect, fields, quotes)
    return whole if whole is not None else _line_by_line(view, window, dialect, fields, quotes)


def _plain(
    window: _Window, dialect: Dialect, fields: int | None, filled: Positions, lines: int
) -> _Records:
    """Records where nothing is quoted: every line with something in it is one."""
    faults: dict[int, str] = {}
    if fields is not None:
        delimiters = np.flatnonzero(window.data == dialect.delimiter)
        counts = _between(delimiters, window.starts[filled], window.stops[filled]) + 1
        for index in np.flatnonzero(counts != fields):
            faults[int(index)] = wrong_count(int(counts[index]), fields)
    return _Records(filled, filled, faults, lines)


def _between(positions: Positions, starts: Positions, stops: Positions) -> Positions:
    """How many of the sorted `positions` lie in each stretch."""
    return np.searchsorted(positions, stops) - np.searchsorted(positions, starts)


def _by_parity(
    window: _Window, dialect: Dialect, fields: int, quotes: Positions
) -> _Records | None:
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
    wrong = np.flatnonzero(counts != fields)
    if bool((last[wrong] > first[wrong]).any()):
        return None  # lines run together: most likely a quote that was never closed
    faults = {int(i): wrong_count(int(counts[i]), fields) for i in wrong}
    return _Records(first, last, faults, int(np.flatnonzero(outside)[-1]) + 1)


def _well_formed(window: _Window, dialect: Dialect, quotes: Positions, opening: Flags) -> Flags:
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
    view: mmap.mmap, window: _Window, dialect: Dialect, fields: int, quotes: Positions
) -> _Records:
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
    doubtful |= (counts != fields) & ~blank

    firsts, lasts, faults = _settle(view, window, dialect, fields, doubtful, ~doubtful & ~blank)
    covered = np.zeros(len(starts), dtype=np.int64)
    for first, last in zip(firsts, lasts, strict=True):
        covered[first : last + 1] = 1
    alone = np.flatnonzero(~doubtful & ~blank & (covered == 0))
    first_all = np.concatenate([alone, np.array(firsts, dtype=np.int64)])
    last_all = np.concatenate([alone, np.array(lasts, dtype=np.int64)])
    order = np.argsort(first_all, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    by_record = {int(place[len(alone) + i]): text for i, text in faults.items()}
    first_sorted, last_sorted = first_all[order], last_all[order]
    beyond = None
    if len(last_sorted) and last_sorted[-1] >= len(starts):
        beyond = window.offset + int(_end_beyond(view, window, dialect, int(first_sorted[-1])))
    return _Records(first_sorted, last_sorted, by_record, len(starts), beyond)


def _end_beyond(view: mmap.mmap, window: _Window, dialect: Dialect, line: int) -> int:
    start = window.offset + int(window.starts[line])
    return read_record(view, start, dialect=dialect, limit=LARGEST_RECORD).end - window.offset


def _settle(
    view: mmap.mmap,
    window: _Window,
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
        elif len(firsts) not in faults and record.fields != fields:
            faults[len(firsts)] = wrong_count(record.fields, fields)
        firsts.append(int(line))
        lasts.append(last)
        free = last + 1
    return firsts, lasts, faults


def wrong_count(found: int, expected: int) -> str:
    """What to say of a record with too many or too few fields."""
    return f"found {found} field{'s' if found != 1 else ''}, expected {expected}"


def _collect(
    found: _Found,
    view: mmap.mmap,
    window: _Window,
    records: _Records,
    dialect: Dialect,
    fields: int | None,
    encoding: str,
) -> tuple[int, int]:
    """Add a window's records to what was found; returns offset and line of the next."""
    count = len(records.first)
    starts = window.offset + window.starts[records.first]
    inside = np.minimum(records.last, len(window.stops) - 1)
    ends = window.offset + window.stops[inside]
    if records.beyond is not None:
        ends[-1] = records.beyond
    lines = window.line + records.first
    faults = dict(records.faults)
    sizes = ends - starts
    for index in np.flatnonzero(sizes > LARGEST_RECORD).tolist():
        faults[index] = f"the record is longer than {LARGEST_RECORD >> 20} MB"
    for position, reason in byte_faults(window.data, encoding=encoding):
        index = int(np.searchsorted(starts, window.offset + position, side="right")) - 1
        if index >= 0 and window.offset + position < ends[index]:
            before = window.data[int(starts[index]) - window.offset : position]
            if reason is LONE_RETURN and _in_quotes(before, dialect):
                continue
            faults.setdefault(index, reason)
    if records.beyond is not None:
        tail = np.frombuffer(view[int(starts[-1]) : records.beyond], dtype=np.uint8)
        for _, reason in byte_faults(tail, encoding=encoding):
            if reason is not LONE_RETURN:
                faults.setdefault(count - 1, reason)
    good = np.ones(count, dtype=np.bool_)
    for index in sorted(faults):
        good[index] = False
        reject = Reject(
            ordinal=found.records + index,
            line=int(lines[index]),
            start=int(starts[index]),
            end=int(ends[index]),
            reason=faults[index],
        )
        found.rejects.append(reject)
    if fields == 1 or fields is None:
        for line in _blank_lines(window, records.consumed):
            found.blanks.append(
                (window.offset + int(window.starts[line]), window.offset + int(window.stops[line]))
            )
    found.starts.append(starts)
    found.lines.append(lines)
    found.good.append(good)
    found.records += count
    found.multiline = found.multiline or bool((records.last > records.first).any())
    if bool(good.any()):
        found.largest = max(found.largest, int(sizes[good].max()))
    if records.beyond is not None:
        passed = int(records.last[-1]) + 1
        return records.beyond, window.line + passed
    if records.consumed >= len(window.starts):
        return window.offset + len(window.data), window.line + len(window.starts)
    return window.offset + int(window.starts[records.consumed]), window.line + records.consumed


def _in_quotes(before: npt.NDArray[np.uint8], dialect: Dialect) -> bool:
    return dialect.quote is not None and int((before == dialect.quote).sum()) % 2 == 1


def _blank_lines(window: _Window, consumed: int) -> Iterator[int]:
    blank = window.ends[:consumed] <= window.starts[:consumed]
    yield from (int(line) for line in np.flatnonzero(blank))
