"""The scan of a text file against Python's csv module, which splits it another way."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import duckdb
import pytest

from orchestration.core.duckdb_session import MACROS
from orchestration.ingestion.formats import structure, text_windows
from orchestration.ingestion.formats.csv_record import Dialect
from tests.unit.ingestion.factories import Company

COMMA = Dialect(delimiter=ord(","), quote=ord('"'))


def scan(path: Path, fields: int) -> structure.Structure:
    return structure.scan(path, dialect=COMMA, fields=fields, body=0, line=1, encoding="utf-8")


def written(rows: list[list[str]], chance: random.Random) -> tuple[bytes, list[int]]:
    """Rows as CSV with blank lines between them, and the line that each begins at."""
    out = io.StringIO()
    lines = []
    for row in rows:
        if chance.random() < 0.1:
            out.write("\n")
        lines.append(out.getvalue().count("\n") + 1)
        quoting = csv.QUOTE_ALL if chance.random() < 0.3 else csv.QUOTE_MINIMAL
        csv.writer(out, lineterminator=chance.choice(["\n", "\r\n"]), quoting=quoting).writerow(row)
    return out.getvalue().encode(), lines


@pytest.mark.parametrize("window", [64, 1000, text_windows.WINDOW_BYTES])
@pytest.mark.parametrize("seed", range(25))
def test_lines_of_good_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, window: int
) -> None:
    """Whatever window the file is read in, records begin where they were written."""
    monkeypatch.setattr(text_windows, "WINDOW_BYTES", window)
    chance = random.Random(seed)
    words = ["a", "", "é", 'say "x"', "one, two", "up\ndown", "x\n\ny", "é\r\n,", " lead", '"']
    rows = [
        [f"k{i}", chance.choice(words), chance.choice(words)] for i in range(chance.randint(1, 80))
    ]
    content, lines = written(rows, chance)
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    scanned = scan(path, 3)
    assert not scanned.rejects
    assert list(scanned.lines) == lines
    starts = [content[s:] for s in scanned.starts]
    assert [next(csv.reader(io.StringIO(s.decode(), newline=""))) for s in starts] == rows


@pytest.mark.parametrize("window", [64, text_windows.WINDOW_BYTES])
def test_a_quote_never_closed_takes_its_own_line_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(text_windows, "WINDOW_BYTES", window)
    path = tmp_path / "f.csv"
    rows = [b'%d,"x %d",y' % (i, i) for i in range(60)]
    rows[30] = b'30,"never closed,y'
    path.write_bytes(b"\n".join(rows))
    scanned = scan(path, 3)
    assert [(reject.line, reject.ordinal) for reject in scanned.rejects] == [(31, 30)]
    assert scanned.records == 60


def test_a_quote_inside_a_field_is_text(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'1,5" pipe,a\n2,"quoted, all",b\n3,6" and 7" pipe,c\n')
    scanned = scan(path, 3)
    assert not scanned.rejects
    assert scanned.records == 3


def test_a_file_that_ends_in_an_open_quote(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'1,a,b\n2,"c,d\n3,e,f\n')
    scanned = scan(path, 3)
    assert [reject.line for reject in scanned.rejects] == [2]
    assert list(scanned.lines) == [1, 2, 3]


COLUMNS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": "status",
    "channel": "note",
}


def test_lines_are_physical_after_blank_lines_and_quoted_line_breaks(company: Company) -> None:
    text = (
        "id,acc,day,status,note\r\n"
        '1,a,2026-01-01,completed,"two\r\n\r\nlines, and ""more"""\r\n'
        "\r\n"
        "2,a,bad,completed,x\r\n"
        '3,a,2026-01-01,completed,"one\nmore"\n'
        "4,a,2026-01-01,completed,x\r\n"
        "5,a,2026-01-01,completed\r\n"
    )
    company.drop("o.csv", text)
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    assert company.rows("select order_id, _line, channel from landing.orders order by 1") == [
        ("1", 2, 'two\r\n\r\nlines, and "more"'),
        ("3", 7, "one\nmore"),
        ("4", 9, "x"),
    ]
    assert [line for line, _ in company.quarantine()] == [6, 10]


@pytest.mark.parametrize(
    ("cell", "is_plain"),
    [
        (" Ana Ruiz ", True),
        (" Íñigo Peñà ", True),
        ("A\u0301lvaro", False),
        ("\u00a0Ana", False),
        ("\u200bAna", False),
        ("Ana\t", False),
        ('="007"', False),
        ("\u212bngstr\u00f6m", False),
        ("€ 5", False),
    ],
)
def test_cells_of_a_plain_file_are_what_they_seem_once_they_are_trimmed(
    tmp_path: Path, cell: str, is_plain: bool
) -> None:
    """Where a file is called plain, `trim` gives the same as looking for all that nobody sees."""
    path = tmp_path / "f.csv"
    path.write_text(f"k1,{cell},\nk2,x,y\n", encoding="utf-8")
    assert scan(path, 3).is_plain is is_plain
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        both = connection.execute("select trim(?), visible_cell(?)", [cell, cell]).fetchone()
    assert both is not None
    assert not is_plain or both[0] == both[1]


def test_any_letters_below_the_accents_of_their_own_make_a_plain_file(tmp_path: Path) -> None:
    letters = "".join(chr(code) for code in range(0x20, 0x300) if code not in (0x22, 0x7F, 0xA0))
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        both = connection.execute(
            "select trim(' ' || ? || ' '), visible_cell(' ' || ? || ' ')", [letters, letters]
        ).fetchone()
    assert both is not None
    assert both[0] == both[1]


@pytest.mark.parametrize(("text", "has"), [('{"a": 2.0}', True), ('{"a": 20, "b": 0.5}', False)])
def test_whole_numbers_with_a_fraction_are_looked_for_where_one_may_be(
    tmp_path: Path, text: str, has: bool
) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(text + "\n", encoding="utf-8")
    lines = Dialect(delimiter=0x1F, quote=None)
    scanned = structure.scan(path, dialect=lines, fields=None, body=0, line=1, encoding="utf-8")
    assert scanned.has_point_zero is has
