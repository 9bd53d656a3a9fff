"""OpenDocument sheets by the rules of XLSX, titles above the columns, and files that are no tables."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.unit.ingestion.factories import Company

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def _cell(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
    elif value is None:
        return "<table:table-cell/>"
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"


def write_ods(
    path: Path, rows: list[list[object]], sheet: str = "Sheet1", *, has_manifest: bool = True
) -> None:
    """The least of an OpenDocument sheet."""
    body = "".join(
        f"<table:table-row>{''.join(_cell(cell) for cell in row)}</table:table-row>" for row in rows
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {_NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="{sheet}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", _MIME)
        if has_manifest:
            archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)


ORDERS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": {"value": "completed"},
}


def test_an_opendocument_sheet_is_read_as_a_workbook(company: Company) -> None:
    """Dates are days, numbers above 15 digits no ids, digits kept as text are."""
    write_ods(
        company.inbox / "orders.ods",
        [
            ["Orders of March"],
            ["id", "acc", "day"],
            [1, "123456789012345678", dt.date(2026, 3, 1)],
            [2, "b", dt.datetime(2026, 3, 2, 18, 30)],
            [None, None, None],
            [123456789012345678, "b", dt.date(2026, 3, 3)],
        ],
    )
    company.map("orders", {"files": "*.ods", "columns": ORDERS}, format={"skip": 1})
    [load] = company.land().loads
    assert company.rows(
        "select order_id, account_id, ordered_at from landing.orders order by 1"
    ) == [
        ("1", "123456789012345678", dt.datetime(2026, 3, 1)),
        ("2", "b", dt.datetime(2026, 3, 2, 18, 30)),
    ]
    [(line, reason)] = company.quarantine()
    assert (line, "rounded this id" in reason) == (6, True)
    assert load.rows_skipped == 1


def test_a_file_that_is_no_workbook_or_no_table_is_rejected_by_name(company: Company) -> None:
    company.drop("orders.ods", b"no sheet")
    company.drop("orders.pdf", b"%PDF-1.4")
    company.map("orders", {"files": "orders.*", "columns": ORDERS})
    reasons = {file.file: file.reason for file in company.land().rejected_files}
    assert "orders.ods is no ODS workbook" in reasons["orders.ods"]
    assert "orders.pdf is a PDF document, which cannot be read" in reasons["orders.pdf"]


def test_titles_above_the_columns_of_an_xlsx_sheet_are_skipped(company: Company) -> None:
    """The sheet is as wide as its columns, not as its title."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Report of sales"],
        ["made on 1 April"],
        [],
        ["id", "name", "price"],
        ["P1", "A", 100],
        [],
        ["P2", None, 2.5],
        ["P3", "C", None],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    book.save(company.inbox / "products.xlsx")
    columns = {"product_id": "id", "name": {"sql": "coalesce(name, 'x')"}, "unit_price": "price"}
    company.map("products", {"files": "*.xlsx", "columns": columns}, format={"skip": 3})
    [load] = company.land().loads
    assert company.rows(
        "select product_id, unit_price, _line from landing.products order by 1"
    ) == [
        ("P1", Decimal(100), 5),
        ("P2", Decimal("2.5"), 7),
        ("P3", None, 8),
    ]
    assert (load.rows_landed, load.rows_skipped) == (3, 1)


def test_a_sheet_that_begins_below_and_beside_its_first_cell(company: Company) -> None:
    """Lines are those of the sheet, and empty rows at its end are none."""
    rows: list[list[object]] = [
        [None, None, None],
        [None, "n", "name"],
        [None, "1", "Desk"],
        [None, None, None],
        [None, "2", "Lamp"],
        [None, None, None],
    ]
    write_ods(company.inbox / "p.ods", rows)
    company.map(
        "products",
        {"files": "*.ods", "columns": {"product_id": "n", "name": "name"}},
        format={"range": "B2:C9"},
    )
    [load] = company.land().loads
    query = "select product_id, name, _line from landing.products order by 1"
    assert company.rows(query) == [("1", "Desk", 3), ("2", "Lamp", 5)]
    assert (load.rows_read, load.rows_skipped) == (3, 1)
    company.map(
        "products",
        {"files": "*.ods", "columns": {"product_id": "n", "name": "name"}},
        format={"skip": 1},
    )
    company.land()
    assert company.rows(query) == [("1", "Desk", 3), ("2", "Lamp", 5)]


def test_an_opendocument_sheet_without_the_list_of_its_files_is_read(company: Company) -> None:
    path = company.inbox / "p.ods"
    write_ods(path, [["n", "name"], ["1", "Desk"]], has_manifest=False)
    before = path.read_bytes()
    company.map("products", {"files": "*.ods", "columns": {"product_id": "n", "name": "name"}})
    company.land()
    assert company.rows("select product_id, name from landing.products") == [("1", "Desk")]
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_texts_with_points_between_thousands_are_no_numbers_with_a_point(
    company: Company, kind: str
) -> None:
    """An export in German has `1.234` as text, and 1.234 as a number; both came as 1.234."""
    rows: list[list[object]] = [
        ["id", "name", "price"],
        ["1", "text", "1.234"],
        ["2", "number", 1.234],
        ["3", "2.500", "-1.234.567"],
        ["4", "decimals", "1.234,50"],
        ["5", "whole", 1234],
    ]
    if kind == "ods":
        write_ods(company.inbox / "p.ods", rows)
    else:
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        book.save(company.inbox / "p.xlsx")
    columns = {"product_id": "id", "name": "name", "unit_price": "price"}
    company.map(
        "products",
        {"files": f"*.{kind}", "columns": columns},
        format={"decimal": ",", "thousands": "."},
    )
    company.land()
    assert company.rows("select name, unit_price from landing.products order by product_id") == [
        ("text", Decimal(1234)),
        ("number", Decimal("1.234")),
        ("2.500", Decimal(-1234567)),
        ("decimals", Decimal("1234.5")),
        ("whole", Decimal(1234)),
    ]
