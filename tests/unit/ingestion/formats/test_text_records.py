"""What stands before the records of a text file, and the sound records alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.plain_text import PlainText
from orchestration.ingestion.formats.text_records import (
    Preamble,
    lines_relation,
    numbered_relation,
    read_preamble,
    records_relation,
    scan_records,
    starts_with_bom,
)
from orchestration.settings import FormatSpec

COMMAS = Dialect(delimiter=ord(","), quote=ord('"'))
BOM = b"\xef\xbb\xbf"


def preamble(path: Path, content: bytes, *, lines_only: bool = False, **form: object) -> Preamble:
    path.write_bytes(content)
    spec = FormatSpec.model_validate(form)
    return read_preamble(path, COMMAS, spec, lines_only=lines_only)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deals.csv"


@pytest.mark.parametrize(
    ("content", "form", "names", "line", "is_plain"),
    [
        (b"id,name\n1,a\n", {}, ("id", "name"), 2, True),
        (BOM + b"id,name\n1,a\n", {}, ("id", "name"), 2, True),
        (b"sep=,\nid,name\n1,a\n", {}, ("id", "name"), 3, False),
        (b"Report\nof May\nid,name\n1,a\n", {"skip": 2}, ("id", "name"), 4, False),
        (b"\n\nid,name\n1,a\n", {}, ("id", "name"), 4, False),
        (b'"the\nid",name\n1,a\n', {}, ("the\nid", "name"), 3, False),
        (b"1,a\n", {"header": False}, ("column_1", "column_2"), 1, True),
        (BOM + b"1,a\n", {"header": False}, ("column_1", "column_2"), 1, False),
        (b"1,a\n", {"header": False, "columns": ["x", "y"]}, ("x", "y"), 1, True),
    ],
)
def test_where_the_records_begin_and_their_names(
    path: Path,
    content: bytes,
    form: dict[str, object],
    names: tuple[str, ...],
    line: int,
    is_plain: bool,
) -> None:
    head = preamble(path, content, **form)
    assert (head.names, head.line) == (names, line)
    assert head.is_plain == is_plain
    assert content[head.body :] == b"1,a\n"


def test_an_empty_file_has_no_names(path: Path) -> None:
    assert preamble(path, b"").names == ()


def test_a_header_that_cannot_be_read_names_its_line(path: Path) -> None:
    with pytest.raises(SourceError, match=r"deals\.csv, line 1: .* never closed"):
        preamble(path, b'"id,name\n1,a\n')


def test_lines_that_are_not_split(path: Path) -> None:
    head = preamble(path, b"id name\r\n1 a\n", lines_only=True)
    assert (head.header, head.body, head.line, head.names) == ("id name", 9, 2, ())
    assert preamble(path, b"1 a\n", lines_only=True, header=False).body == 0


def test_a_byte_order_mark(path: Path) -> None:
    path.write_bytes(BOM + b"id\n")
    assert starts_with_bom(path)
    path.write_bytes(b"id\n")
    assert not starts_with_bom(path)


def test_broken_records_are_left_out_and_the_others_keep_their_lines(
    path: Path, tmp_path: Path
) -> None:
    head = preamble(path, b'id,name\n1,a\n2,"b" x\n3,"c\nc"\n4,d,e\n5,f\n')
    structure = scan_records(path, COMMAS, 2, head, FormatSpec())
    assert [reject.line for reject in structure.rejects] == [3, 6]
    text = PlainText(path=path, is_copy=False, delimiter=",")
    with duckdb.connect() as connection:
        options = "delim = ',', quote = '\"', escape = '\"'"
        body = records_relation(
            text, structure, head, options, ["c0", "c1"], connection, tmp_path, False
        )
        rows = connection.execute(numbered_relation(["c0 as id", "c1 as name"], body, structure))
        assert [row[:4] for row in rows.fetchall()] == [
            ("1", "a", 1, 2),
            ("3", "c\nc", 3, 4),
            ("5", "f", 5, 7),
        ]


def test_lines_are_records_where_nothing_splits_them(path: Path, tmp_path: Path) -> None:
    head = preamble(path, b'head\none "two\nthree, four\n', lines_only=True)
    dialect = Dialect(delimiter=0x1E, quote=None)
    structure = scan_records(path, dialect, 1, head, FormatSpec())
    text = PlainText(path=path, is_copy=False, delimiter="\x1e")
    with duckdb.connect() as connection:
        body = lines_relation(text, structure, head, connection, tmp_path)
        rows = connection.execute(numbered_relation(["line"], body, structure)).fetchall()
    assert [row[:3] for row in rows] == [('one "two', 1, 2), ("three, four", 2, 3)]


def test_a_file_without_records_is_an_empty_relation(path: Path, tmp_path: Path) -> None:
    head = preamble(path, b"id,name\n")
    structure = scan_records(path, COMMAS, 2, head, FormatSpec())
    text = PlainText(path=path, is_copy=False, delimiter=",")
    with duckdb.connect() as connection:
        body = records_relation(text, structure, head, "", ["c0"], connection, tmp_path, False)
        rows = connection.execute(numbered_relation(["c0 as id"], body, structure))
        assert next(column[0] for column in rows.description or ()) == "id"
        assert rows.fetchall() == []
