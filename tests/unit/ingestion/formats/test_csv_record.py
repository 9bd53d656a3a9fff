"""One CSV record at a time."""

from __future__ import annotations

import pytest

from orchestration.ingestion.formats.csv_record import Dialect, Outcome, read_record

COMMA = Dialect(delimiter=ord(","), quote=ord('"'))
BACKSLASH = Dialect(delimiter=ord(","), quote=ord('"'), escape=ord("\\"))
UNQUOTED = Dialect(delimiter=ord(","), quote=None)


@pytest.mark.parametrize(
    ("text", "dialect", "values", "lines"),
    [
        (b"a,b,\r\nnext", COMMA, (b"a", b"b", b""), 1),
        (b'"a,b","c\nd"\nnext', COMMA, (b"a,b", b"c\nd"), 2),
        (b'"say ""x""",b', COMMA, (b'say "x"', b"b"), 1),
        (b'"say \\"x\\"",b', BACKSLASH, (b'say "x"', b"b"), 1),
        (b'  "a" ,b\n', COMMA, (b"a", b"b"), 1),
        (b'5" pipe,b\n', COMMA, (b'5" pipe', b"b"), 1),
        (b'"a,b"\n', UNQUOTED, (b'"a', b'b"'), 1),
    ],
)
def test_records(text: bytes, dialect: Dialect, values: tuple[bytes, ...], lines: int) -> None:
    record = read_record(text, 0, dialect=dialect, limit=1000)
    assert (record.outcome, record.values, record.lines) == (Outcome.READ, values, lines)
    assert record.fields == len(values)
    assert text[record.end :] in (b"", b"next")


def test_records_that_cannot_be_read() -> None:
    unclosed = read_record(b'a,"b\nc\n', 0, dialect=COMMA, limit=1000)
    misplaced = read_record(b'a,"b"c\n', 0, dialect=COMMA, limit=1000)
    assert (unclosed.outcome, misplaced.outcome) == (Outcome.UNCLOSED, Outcome.MISPLACED)
