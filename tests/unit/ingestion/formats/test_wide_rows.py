"""Delimited files and sheets of thousands of columns: time and memory follow the columns that are mapped."""

from __future__ import annotations

import json
import time

import openpyxl
import pytest

from orchestration.ingestion.formats.file_rows import WIDE, WIDEST
from tests.unit.ingestion.factories import Company

SELECTION = {
    "files": "a*",
    "columns": {"account_id": "id", "name": "name"},
    "format": {"nulls": ["-"]},
}
COLUMNS = 5_000
assert COLUMNS > WIDE


def header(columns: int = COLUMNS) -> list[str]:
    return ["id", "name", *(f"c{n}" for n in range(columns))]


def test_a_file_of_thousands_of_columns_lands_as_a_narrow_one_does(company: Company) -> None:
    values = ["  x ", '"a ""b"", c"', "-", ""]
    row = ["1", " Ana ", *(values[n % 4] for n in range(COLUMNS))]
    broken = ["2", "Eva", "too few"]
    blank = [""] * (COLUMNS + 2)
    lines = [",".join(cells) for cells in (header(), row, broken, blank, ["3", "Luz", *blank[2:]])]
    company.drop("a.csv", "\r\n".join(lines) + "\r\n")
    company.map("accounts", SELECTION)
    began = time.perf_counter()
    [load] = company.land().loads
    assert time.perf_counter() - began < 20, "it took 48 s, and then ran out of memory"
    assert (load.rows_landed, load.rows_quarantined, load.rows_skipped) == (2, 1, 1)
    landed = company.rows(
        "select account_id, name, _line, _extra from landing.accounts order by all"
    )
    assert [row[:3] for row in landed] == [("1", "Ana", 2), ("3", "Luz", 5)]
    extra = json.loads(landed[0][3])
    assert list(extra) == header()[2:]
    assert [extra[f"c{n}"] for n in range(4)] == ["x", 'a "b", c', None, None]
    assert company.quarantine() == [(3, f"found 3 fields, expected {COLUMNS + 2}")]


def test_more_columns_than_a_file_has_are_rejected(company: Company) -> None:
    company.drop("a.csv", ",".join(f"c{n}" for n in range(WIDEST + 1)))
    company.map("accounts", SELECTION)
    [rejected] = company.land().rejected_files
    assert "expected at most 50,000" in rejected.reason


@pytest.mark.parametrize("columns", [3, WIDE + 50])
def test_a_wide_sheet_is_read_as_a_narrow_one(company: Company, columns: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        header(columns),
        ["1", "Ana", *(str(n) for n in range(columns))],
        ["2", "Eva", "-"],
    ):
        sheet.append(row)
    book.save(company.inbox / "a.xlsx")
    company.map("accounts", SELECTION)
    [load] = company.land().loads
    assert load.rows_landed == 2
    first, second = company.rows(
        "select account_id, name, _line, _extra from landing.accounts order by all"
    )
    assert first[:3] == ("1", "Ana", 2)
    assert json.loads(first[3]) == {f"c{n}": str(n) for n in range(columns)}
    assert set(json.loads(second[3]).values()) == {None}
