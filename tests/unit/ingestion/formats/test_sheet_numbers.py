"""Numbers of 16 digits and more in XLSX: rounded where the cell is numeric, kept where it is text."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from orchestration.ingestion.formats import sheet_numbers
from orchestration.ingestion.formats.sheet_numbers import column_number, long_numbers
from tests.unit.ingestion.factories import Company

EXACT, LONG = 999999999999999, 1234567890123456


def workbook(path: Path, rows: list[list[object]], *, before: int = 0, sheet: str = "Data") -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["cover", LONG])
    data = book.create_sheet(sheet)
    for _ in range(before):
        data.append(["title"])
    for row in rows:
        data.append(row)
    book.save(path)


@pytest.mark.parametrize(("before", "form"), [(0, {}), (2, {"skip": 2}), (2, {"range": "A3:C9"})])
def test_ids_of_numeric_cells_are_rounded_and_texts_are_kept(
    company: Company, before: int, form: dict[str, object]
) -> None:
    rows: list[list[object]] = [
        ["id", "name", "price"],
        [str(LONG), "text", 1],
        [LONG, "number", 2],
        [EXACT, "fifteen digits", 3],
        [str(LONG + 1), "text too", 4],
    ]
    workbook(company.inbox / "p.xlsx", rows, before=before)
    company.map(
        "products",
        {
            "files": "*.xlsx",
            "columns": {"product_id": "id", "name": "name", "unit_price": "price"},
        },
        format={"sheet": "Data", **form},
    )
    company.land()
    assert company.rows("select product_id, name from landing.products order by 2") == [
        (str(EXACT), "fifteen digits"),
        (str(LONG), "text"),
        (str(LONG + 1), "text too"),
    ]
    [(line, reason)] = company.quarantine()
    assert line == 3 + before
    assert "a spreadsheet rounded this id" in reason


def test_cells_across_the_chunks_of_a_big_sheet_are_found_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_numbers, "_CHUNK", 97)
    monkeypatch.setattr(sheet_numbers, "_OVERLAP", 90)
    path = tmp_path / "p.xlsx"
    workbook(path, [[LONG + n, str(LONG), "x", -LONG] for n in range(40)])
    with zipfile.ZipFile(path) as archive:
        cells = long_numbers(archive, "Data")
        assert long_numbers(archive, None) == [(1, 2)]
    assert cells == [(row, column) for row in range(1, 41) for column in (1, 4)]


def test_columns_are_numbered_by_their_letters() -> None:
    assert [column_number(letters) for letters in ("A", "Z", "AA", "AZ", "ZZ")] == [
        1,
        26,
        27,
        52,
        702,
    ]
