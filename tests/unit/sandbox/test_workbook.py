"""The plain XLSX writer: read back by another library, the same bytes for the same rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from python_calamine import CalamineWorkbook

from sandbox.workbook import Cell, write_workbook

ROWS: list[list[Cell]] = [
    ["Búsqueda & <más>", 1250.5, date(2026, 6, 30)],
    [None, 7, date(2024, 2, 29)],
]


def test_texts_numbers_and_dates_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "spend.xlsx"
    write_workbook(path, sheet="Inversión", header=["Canal", "Importe", "Día"], rows=ROWS)
    workbook = CalamineWorkbook.from_path(str(path))
    assert workbook.sheet_names == ["Inversión"]
    assert workbook.get_sheet_by_index(0).to_python() == [
        ["Canal", "Importe", "Día"],
        ["Búsqueda & <más>", 1250.5, date(2026, 6, 30)],
        ["", 7.0, date(2024, 2, 29)],
    ]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_workbook(tmp_path / name, sheet="x", header=["a", "b", "c"], rows=ROWS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
