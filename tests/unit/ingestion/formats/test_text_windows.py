"""Records of one window, found at once or line by line."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest

from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.text_windows import (
    WindowRecords,
    find_records,
    read_window,
    wrong_count,
)

COMMA = Dialect(delimiter=ord(","), quote=ord('"'))


def records_of(tmp_path: Path, text: bytes, fields: int = 2) -> WindowRecords:
    path = tmp_path / "text.csv"
    path.write_bytes(text)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        window = read_window(view, 0, 1, len(text))
        records = find_records(view, window, COMMA, fields)
        del window
    return records


@pytest.mark.parametrize(
    ("text", "first", "last", "faults"),
    [
        (b"a,b\n\nc,d\n", [0, 2], [0, 2], {}),
        (b'"a\nb",c\nd,e\n', [0, 2], [1, 2], {}),
        (b"a,b\nc\nd,e\n", [0, 1, 2], [0, 1, 2], {1: "found 1 field, expected 2"}),
        (
            b'a,"b\nc,d\ne,f\n',
            [0, 1, 2],
            [0, 1, 2],
            {0: "a quote is opened and never closed"},
        ),
        (
            b'a,"b"x\n"c\n",d\n',
            [0, 1],
            [0, 2],
            {0: "a closing quote is followed by other text"},
        ),
    ],
)
def test_records(
    tmp_path: Path, text: bytes, first: list[int], last: list[int], faults: dict[int, str]
) -> None:
    records = records_of(tmp_path, text)
    assert (records.first.tolist(), records.last.tolist()) == (first, last)
    assert records.faults == faults


def test_reasons_count_fields() -> None:
    assert wrong_count(1, 3) == "found 1 field, expected 3"
    assert wrong_count(2, 1) == "found 2 fields, expected 1"
