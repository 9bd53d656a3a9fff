"""One CSV record at a time: for headers, and for the few lines whose structure is in doubt.

Whole files are scanned by `structure`, never with this.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from enum import Enum

_NEWLINE, _RETURN, _SPACE = 10, 13, 32


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote and escape as bytes; None where there is none."""

    delimiter: int
    quote: int | None
    escape: int | None = None
    fills_short: bool = False
    """Whether a record of one line may have fewer fields than there are columns."""


class Outcome(Enum):
    """What came of reading a record; the values are reasons for a person."""

    READ = "read"
    UNCLOSED = "a quote is opened and never closed"
    MISPLACED = "a closing quote is followed by other text"


@dataclass(frozen=True)
class Record:
    """A record that was read: its fields and lines by number, its values, its absolute end."""

    outcome: Outcome
    end: int
    lines: int
    fields: int
    values: tuple[bytes, ...]


def read_record(view: mmap.mmap | bytes, start: int, *, dialect: Dialect, limit: int) -> Record:
    """The record at byte `start`, at most `limit` bytes long.

    A quote counts as opening at the start of a field (spaces aside), and as text elsewhere.
    """
    size = min(len(view), start + limit)
    delimiter = bytes([dialect.delimiter])
    values: list[bytes] = []
    at, lines = start, 1
    while True:
        content = at
        while content < size and view[content] == _SPACE and dialect.delimiter != _SPACE:
            content += 1
        if dialect.quote is not None and content < size and view[content] == dialect.quote:
            closing = _closing_quote(view, content + 1, size, dialect)
            if closing is None:
                return Record(Outcome.UNCLOSED, size, lines, len(values) + 1, tuple(values))
            inside = bytes(view[content + 1 : closing])
            lines += inside.count(b"\n")
            values.append(_unescaped(inside, dialect))
            at = closing + 1
            while at < size and view[at] == _SPACE and dialect.delimiter != _SPACE:
                at += 1
            if at < size and view[at] == _RETURN:
                at += 1
            if at < size and view[at] not in (_NEWLINE, dialect.delimiter):
                return Record(Outcome.MISPLACED, at, lines, len(values), tuple(values))
        else:
            line_end = view.find(b"\n", at, size)
            line_end = size if line_end < 0 else line_end
            stop = view.find(delimiter, at, line_end)
            stop = line_end if stop < 0 else stop
            values.append(bytes(view[at:stop]).rstrip(b"\r"))
            at = stop
        if at >= size or view[at] == _NEWLINE:
            return Record(Outcome.READ, min(at + 1, size), lines, len(values), tuple(values))
        at += 1


def _closing_quote(view: mmap.mmap | bytes, at: int, size: int, dialect: Dialect) -> int | None:
    quote = bytes([dialect.quote or 0])
    while True:
        quote_at = view.find(quote, at, size)
        if quote_at < 0:
            return None
        if dialect.escape is not None and view[quote_at - 1] == dialect.escape:
            at = quote_at + 1
        elif dialect.escape is None and quote_at + 1 < size and view[quote_at + 1] == dialect.quote:
            at = quote_at + 2
        else:
            return quote_at


def _unescaped(value: bytes, dialect: Dialect) -> bytes:
    quote = bytes([dialect.quote or 0])
    escape = quote if dialect.escape is None else bytes([dialect.escape])
    return value.replace(escape + quote, quote)
