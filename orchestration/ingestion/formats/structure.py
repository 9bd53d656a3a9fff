"""Where the records of a text file begin, and which of them are not well formed.

The file is scanned in windows (`text_windows`). The scan is also the independent count of a file's
records that invariant I3 is checked against. Reading the values belongs to `readers`; turning other
encodings into UTF-8 to `plain_text`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from orchestration.ingestion.formats.byte_faults import LONE_RETURN, byte_faults
from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.text_windows import (
    LARGEST_RECORD,
    Flags,
    Positions,
    Window,
    WindowRecords,
    find_records,
    read_window,
)

_FROM_U_0300 = 0xCC
"""The least byte of UTF-8 that begins a character from U+0300 on, where accents of their own begin."""

_NOT_PLAIN = (b"\t", b"\xc2\xa0", b'="', b'=\\"', b"\\u", b"\\t")
"""Bytes of cells that trimming spaces does not clean: a tab, a hard blank, a formula, or what JSON escapes."""


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
    """The records of a file. `starts`, `lines`, `good`: one entry per record, in file order."""

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
    is_plain: bool = False
    """Whether a cell is what it seems once spaces around it are trimmed: all characters stand below U+0300 and are
    composed, none is a tab or a hard blank, and no cell is a formula.
    """
    has_point_zero: bool = False
    """Whether `.0` stands anywhere: a whole number that was written as a fraction, perhaps."""

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
class _Collected:
    """What the windows scanned so far hold."""

    starts: list[Positions] = field(default_factory=list)
    lines: list[Positions] = field(default_factory=list)
    good: list[Flags] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    blanks: list[tuple[int, int]] = field(default_factory=list)
    records: int = 0
    largest: int = 0
    multiline: bool = False
    is_plain: bool = True
    has_point_zero: bool = False


def scan(
    path: Path, *, dialect: Dialect, fields: int | None, body: int, line: int, encoding: str
) -> Structure:
    """Find the records of `path` from byte `body` on, whose first line is number `line`.

    `fields` is how many fields a record must have (None: lines are not split). Wrong counts, bad
    quotes, bytes that are not `encoding`, NUL bytes, lone carriage returns and records over 10 MB
    are rejected.
    """
    size = path.stat().st_size
    collected = _Collected()
    if size > body:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            offset = body
            while offset < size:
                window = read_window(view, offset, line, size)
                text = window.data.tobytes()
                collected.is_plain &= _is_plain(window, text)
                collected.has_point_zero |= b".0" in text
                records = find_records(view, window, dialect, fields)
                offset, line = _collect(collected, view, window, records, dialect, fields, encoding)
                del window, text
    return Structure(
        starts=_joined(collected.starts),
        lines=_joined(collected.lines),
        good=np.concatenate(collected.good) if collected.good else np.empty(0, dtype=np.bool_),
        rejects=tuple(collected.rejects),
        largest=collected.largest,
        multiline=collected.multiline,
        blank_spans=tuple(collected.blanks),
        body=body,
        size=size,
        is_plain=collected.is_plain,
        has_point_zero=collected.has_point_zero,
    )


def _is_plain(window: Window, text: bytes) -> bool:
    """Whether UTF-8 text has no byte that begins a character from U+0300 on, no tab, hard blank or formula."""
    if window.data.max(initial=0) >= _FROM_U_0300:
        return False
    return not any(sequence in text for sequence in _NOT_PLAIN)


def _joined(pieces: list[Positions]) -> Positions:
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)


def _collect(
    collected: _Collected,
    view: mmap.mmap,
    window: Window,
    records: WindowRecords,
    dialect: Dialect,
    fields: int | None,
    encoding: str,
) -> tuple[int, int]:
    """Add a window's records to those collected; returns offset and line of the next window."""
    count = len(records.first)
    starts, ends = _spans(window, records)
    lines = window.line + records.first
    sizes = ends - starts
    faults = _faults(view, window, records, starts, ends, dialect, encoding)
    good = np.ones(count, dtype=np.bool_)
    for index in sorted(faults):
        good[index] = False
        reject = Reject(
            ordinal=collected.records + index,
            line=int(lines[index]),
            start=int(starts[index]),
            end=int(ends[index]),
            reason=faults[index],
        )
        collected.rejects.append(reject)
    if fields == 1 or fields is None:
        collected.blanks += _blank_spans(window, records.consumed)
    collected.starts.append(starts)
    collected.lines.append(lines)
    collected.good.append(good)
    collected.records += count
    collected.multiline = collected.multiline or bool((records.last > records.first).any())
    if bool(good.any()):
        collected.largest = max(collected.largest, int(sizes[good].max()))
    return _next_window(window, records)


def _spans(window: Window, records: WindowRecords) -> tuple[Positions, Positions]:
    """Absolute start and end of each record, line break included."""
    starts = window.offset + window.starts[records.first]
    inside = np.minimum(records.last, len(window.stops) - 1)
    ends = window.offset + window.stops[inside]
    if records.beyond is not None:
        ends[-1] = records.beyond
    return starts, ends


def _faults(
    view: mmap.mmap,
    window: Window,
    records: WindowRecords,
    starts: Positions,
    ends: Positions,
    dialect: Dialect,
    encoding: str,
) -> dict[int, str]:
    """Why records are rejected, by their index in the window; of several reasons the first counts."""
    faults = dict(records.faults)
    for index in np.flatnonzero(ends - starts > LARGEST_RECORD).tolist():
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
                faults.setdefault(len(starts) - 1, reason)
    return faults


def _next_window(window: Window, records: WindowRecords) -> tuple[int, int]:
    """Offset and line at which the next window begins."""
    if records.beyond is not None:
        return records.beyond, window.line + int(records.last[-1]) + 1
    if records.consumed >= len(window.starts):
        return window.offset + len(window.data), window.line + len(window.starts)
    return window.offset + int(window.starts[records.consumed]), window.line + records.consumed


def _in_quotes(before: npt.NDArray[np.uint8], dialect: Dialect) -> bool:
    return dialect.quote is not None and int((before == dialect.quote).sum()) % 2 == 1


def _blank_spans(window: Window, consumed: int) -> Iterator[tuple[int, int]]:
    """Absolute start and end of blank lines."""
    blank = window.ends[:consumed] <= window.starts[:consumed]
    for line in np.flatnonzero(blank):
        yield window.offset + int(window.starts[line]), window.offset + int(window.stops[line])
