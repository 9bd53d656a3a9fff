"""Files whose lines were quoted as a whole: `"id,name"` is one field to a reader and two to a person.

Spreadsheets write so when they save a sheet that has whole lines of a delimited file in its first column. Such
lines are unwrapped, in a copy, before the file is scanned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from orchestration.ingestion.formats.csv_record import Dialect, Outcome, Record, read_record
from orchestration.ingestion.formats.plain_text import CHUNK_BYTES, PlainText
from orchestration.ingestion.formats.text_records import Preamble
from orchestration.ingestion.formats.text_windows import LARGEST_RECORD


def is_wrapped(path: Path, preamble: Preamble, dialect: Dialect, *, needed: Sequence[str]) -> bool:
    """Whether the header, or else the first record, is one quoted field with delimiters inside.

    A file of one column may be called so: not where `needed`, the columns that are read, has that name.
    """
    if dialect.quote is None or dialect.escape is not None:
        return False
    if preamble.header:
        header = read_record(
            preamble.header.encode(), 0, dialect=dialect, limit=len(preamble.header.encode())
        )
        if _is_one_field_of_several(header, dialect):
            return header.values[0].decode("utf-8", "replace").strip() not in needed
    if len(preamble.names) < 2 and preamble.header:
        return False
    with path.open("rb") as file:
        file.seek(preamble.body)
        head = file.read(LARGEST_RECORD)
    first = read_record(head, 0, dialect=dialect, limit=LARGEST_RECORD)
    return len(head) > 0 and _is_one_field_of_several(first, dialect)


def unwrapped(text: PlainText, *, dialect: Dialect, scratch: Path) -> PlainText:
    """A copy in which lines that are one quoted field are what stands inside the quotes."""
    quote = bytes([dialect.quote or 0])
    mark = re.escape(quote)
    line = re.compile(
        rb"^(?:\xef\xbb\xbf)?%b((?:[^%b\n]|%b%b)*)%b(\r?)$" % (mark, mark, mark, mark, mark), re.M
    )
    target = scratch / f"{text.path.name}.unwrapped"
    with text.path.open("rb") as file, target.open("wb") as copy:
        while chunk := file.read(CHUNK_BYTES):
            chunk += file.readline()
            copy.write(line.sub(lambda m: m[1].replace(quote * 2, quote) + m[2], chunk))
    return PlainText(path=target, is_copy=True, delimiter=text.delimiter)


def _is_one_field_of_several(record: Record, dialect: Dialect) -> bool:
    return (
        record.outcome is Outcome.READ
        and record.fields == 1
        and record.lines == 1
        and bytes([dialect.delimiter]) in record.values[0]
    )
