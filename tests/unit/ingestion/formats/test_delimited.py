"""Delimited text: any delimiter, header or none, Excel's separator line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

SPANISH = {
    "delimiter": ";",
    "encoding": "latin-1",
    "decimal": ",",
    "thousands": ".",
    "date": "%d/%m/%Y",
    "timestamp": "%d/%m/%Y %H:%M",
    "nulls": ["", "N/D"],
}


@pytest.mark.parametrize("delimiter", [",", "tab", "|", "||", "¬"])
def test_any_delimiter(company: Company, delimiter: str) -> None:
    text = {"tab": "\t"}.get(delimiter, delimiter)
    company.drop("a.csv", f"Id{text}Name\n1{text}Ana\n2{text}Luis\n3\n")
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "Id", "name": "Name"}},
        format={"delimiter": delimiter},
    )
    company.land()
    assert company.rows("select product_id, name from landing.products order by 1") == [
        ("1", "Ana"),
        ("2", "Luis"),
    ]
    assert company.quarantine() == [(4, "found 1 field, expected 2")]


def test_no_header_and_skipped_lines(company: Company) -> None:
    company.drop("a.csv", "Report of today\n\n1,Ana\n\n2,Luis\n")
    company.map(
        "products",
        {"files": "a.csv", "columns": {"product_id": "k", "name": "n"}},
        format={"skip": 1, "header": False, "columns": ["k", "n"]},
    )
    company.land()
    assert company.rows("select product_id, _line from landing.products order by 1") == [
        ("1", 3),
        ("2", 5),
    ]


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "\ufeffsep=;\r\n"])
@pytest.mark.parametrize("skip", [0, 1])
def test_excels_line_that_names_the_separator_is_no_header(
    company: Company, first: str, skip: int
) -> None:
    """With `skip: 1` it is skipped once, not twice."""
    company.drop("a.csv", f"{first}id;name;price\r\n1;Ana;1.234,5\r\nbad\r\n")
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "id", "name": "name", "unit_price": "price"}},
        format={**SPANISH, "encoding": "utf-8", "skip": skip},
    )
    company.land()
    assert company.rows("select product_id, unit_price, _line from landing.products") == [
        ("1", Decimal("1234.5"), 3)
    ]
    assert [line for line, _ in company.quarantine()] == [4]


LOG = {
    "format": {
        "delimiter": "|", "quote": "", "header": False, "short_rows": "fill",
        "columns": ["epoch", "call", "queue", "event", "a", "b"],
    }
}  # fmt: skip


def test_short_rows_of_a_log_are_filled_and_long_ones_are_not(company: Company) -> None:
    company.drop(
        "queue.log",
        "1767225600|0.1|sales|JOIN\n1767225610|0.1|sales|CONNECT|10\n"
        "1767225670|0.1|sales|DONE|10|60\n1767225680|0.2|sales|DONE|1|2|3\n",
    )
    company.map(
        "calls",
        {
            "files": "queue.log",
            "where": "event = 'DONE'",
            "columns": {
                "call_id": "call",
                "direction": {"value": "inbound"},
                "started_at": {"sql": "to_timestamp(cast(epoch as bigint) - cast(a as bigint))"},
                "wait_seconds": "a",
                "talk_seconds": "b",
                "disposition": {"value": "answered"},
            },
        },
        **LOG,
    )
    company.land()
    assert company.rows("select call_id, wait_seconds, talk_seconds, _line from landing.calls") == [
        ("0.1", 10, 60, 3)
    ]
    assert company.quarantine() == [(4, "found 7 fields, expected at most 6")]


def test_a_quote_that_is_never_closed_is_no_short_row(company: Company) -> None:
    company.drop("p.csv", 'id,name,kind\n1,Desk\n2,"Lamp\n3,Chair,wood\n4,"Sofa",soft\n5\n')
    company.map(
        "products",
        {"files": "p.csv", "columns": {"product_id": "id", "name": "name", "category": "kind"}},
        format={"short_rows": "fill"},
    )
    company.land()
    assert company.rows("select product_id, category, _line from landing.products order by 1") == [
        ("1", None, 2),
        ("3", "wood", 4),
        ("4", "soft", 5),
    ]
    assert [line for line, _ in company.quarantine()] == [3, 6]
