"""Lines split at blanks or at fixed positions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from tests.unit.ingestion.factories import Company


def test_whitespace_and_fixed_width(company: Company) -> None:
    company.drop(
        "w.txt", " id  day   value\n 00001 19970101  1.5\n 00002 19970102\n 00003 19970103 2\n"
    )
    columns = {"account_id": "id", "invoice_id": "id", "invoiced_on": "day", "amount": "value"}
    company.map(
        "invoices",
        {"files": "w.txt", "columns": columns},
        format={"type": "text", "date": "%Y%m%d"},
    )
    company.land()
    query = "select invoice_id, invoiced_on, amount from landing.invoices order by 1"
    wanted = [
        ("00001", dt.date(1997, 1, 1), Decimal("1.5")),
        ("00003", dt.date(1997, 1, 3), Decimal("2")),
    ]
    assert company.rows(query) == wanted
    assert company.quarantine() == [(3, "found 2 fields, expected 3")]


def test_fixed_positions(company: Company, tmp_path: Path) -> None:
    company.drop("f.txt", "00001199701011.5\n00003199701032  \n")
    company.map(
        "invoices",
        {"files": "f.txt", "columns": {"invoice_id": "id", "invoiced_on": "day", "amount": "v"}},
        format={
            "type": "text",
            "split": "fixed",
            "header": False,
            "widths": {"id": [1, 5], "day": [6, 13], "v": [14, 16]},
            "date": "%Y%m%d",
        },
    )
    company.land()
    assert company.rows("select invoice_id, amount from landing.invoices order by 1") == [
        ("00001", Decimal("1.5")),
        ("00003", Decimal("2")),
    ]


def test_short_lines_are_filled_where_the_format_says_so(company: Company) -> None:
    company.drop("a.txt", "1 Desk wood\n2 Lamp\n3 Big desk wood\n")
    company.map(
        "products",
        {"files": "a.txt", "columns": {"product_id": "id", "name": "n", "category": "kind"}},
        format={
            "type": "text",
            "header": False,
            "columns": ["id", "n", "kind"],
            "short_rows": "fill",
        },
    )
    company.land()
    assert company.rows("select product_id, category from landing.products order by 1") == [
        ("1", "wood"),
        ("2", None),
    ]
    assert company.quarantine() == [(3, "found 4 fields, expected at most 3")]
