"""Casts of a file's text to the contract's types, in the file's own locale."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.unit.ingestion.factories import Company


def landed(
    company: Company, stream: str, column: str, cells: list[str], spec: Any, **form: Any
) -> list[Any]:
    """What the cells of a file become in a column of a stream, or "quarantined"."""
    columns = {
        "products": {"product_id": "id", "name": {"value": "x"}},
        "contacts": {"contact_id": "id", "created_at": {"value": "2026-01-01"}},
        "tasks": {"task_id": "id", "due_at": {"value": "2026-01-01"}},
        "users": {"user_id": "id", "full_name": {"value": "x"}},
        "calls": {
            "call_id": "id",
            "direction": {"value": "inbound"},
            "disposition": {"value": "answered"},
            "started_at": {"value": "2026-01-01"},
        },
    }[stream]
    lines = "".join(f"{index}\t{cell}\n" for index, cell in enumerate(cells))
    company.drop("v.csv", f"id\tv\n{lines}")
    zone = form.pop("time_zone", "UTC")
    company.map(
        stream,
        {"files": "v.csv", "columns": {**columns, column: spec}},
        format={"delimiter": "tab", "quote": "", **form},
        time_zone=zone,
    )
    company.land()
    key = next(iter(columns))
    actual = dict(company.rows(f"select cast({key} as integer), {column} from landing.{stream}"))
    return [actual.get(index, "quarantined") for index in range(len(cells))]


def test_spaces_between_thousands_may_be_no_break_spaces(company: Company) -> None:
    blanks = (" ", "\u00a0", "\u202f")
    rows = "".join(f"{n};P;1{blank}234,50\n" for n, blank in enumerate(blanks))
    company.drop("a.csv", f"id;name;price\n{rows}")
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "id", "name": "name", "unit_price": "price"}},
        format={"delimiter": ";", "decimal": ",", "thousands": " "},
    )
    company.land()
    assert company.rows("select distinct unit_price from landing.products") == [
        (Decimal("1234.5"),)
    ]


def test_decimal_comma(company: Company) -> None:
    cells = [
        "1.234,56",
        "-0,5",
        "1234,5",
        "1.234.567",
        "12.34",
        "1,2,3",
        "1.23,4",
        "50 %",
        "3 €",
        "1e3",
        "",
    ]
    q = "quarantined"
    assert landed(company, "products", "unit_price", cells, "v", decimal=",", thousands=".") == [
        Decimal("1234.56"),
        Decimal("-0.5"),
        Decimal("1234.5"),
        Decimal(1234567),
        q,
        q,
        q,
        q,
        Decimal(3),
        q,
        None,
    ]


def test_decimal_point(company: Company) -> None:
    cells = ["1234.56", ".5", "1,234.5", "1_000", "0x1F", "2.5E-1", "1.234,56", "inf"]
    q = "quarantined"
    assert landed(company, "products", "unit_price", cells, "v") == [
        Decimal("1234.56"),
        Decimal("0.5"),
        q,
        q,
        q,
        Decimal("0.25"),
        q,
        q,
    ]


def test_whole_numbers(company: Company) -> None:
    cells = ["12", "12.0", "12.6", "-3", "1_0", "99999999999999999999"]
    q = "quarantined"
    assert landed(company, "contacts", "birth_year", cells, "v") == [12, 12, q, -3, q, q]


def test_durations(company: Company) -> None:
    cells = ["00:02:23", "2:23", "1:00:00", "soon"]
    spec = {"column": "v", "format": "duration"}
    assert landed(company, "calls", "talk_seconds", cells, spec) == [143, 143, 3600, "quarantined"]


def test_booleans(company: Company) -> None:
    cells = ["true", "FALSE", "1", "0", "Sí", "si", "NO", "y", "Yes", "maybe", ""]
    assert landed(company, "users", "acquires_customers", cells, "v") == [
        True,
        False,
        True,
        False,
        True,
        True,
        False,
        True,
        True,
        "quarantined",
        None,
    ]


def test_dates_by_format_and_iso(company: Company) -> None:
    cells = [
        "31/12/2026",
        "2026-12-31",
        "12/31/2026",
        "30/02/2026",
        "31/12/1969",
        "01/01/2100",
        "2026-12-31 10:00:00",
    ]
    day, q = dt.date(2026, 12, 31), "quarantined"
    assert landed(company, "users", "hired_on", cells, "v", date="%d/%m/%Y") == [
        day,
        day,
        q,
        q,
        q,
        q,
        day,
    ]


def test_a_column_has_a_format_of_its_own(company: Company) -> None:
    spec = {"column": "v", "format": ["%m/%d/%Y", "%Y%m%d"]}
    assert landed(
        company, "users", "hired_on", ["12/31/2026", "20261231"], spec, date="%d/%m/%Y"
    ) == [
        dt.date(2026, 12, 31),
        dt.date(2026, 12, 31),
    ]


def test_timestamps_and_offsets(company: Company) -> None:
    cells = [
        "2026-07-01 12:00:00",
        "2026-07-01T12:00",
        "2026-07-01T12:00:00.250Z",
        "2026-07-01T12:00:00+05:30",
        "2026-07-01",
        "2026-07-01 25:00:00",
        "2099-12-31 23:59:59",
        "2100-01-01 00:00:00",
    ]
    at, q = dt.datetime, "quarantined"
    assert landed(company, "tasks", "created_at", cells, "v", time_zone="Europe/Madrid") == [
        at(2026, 7, 1, 10),
        at(2026, 7, 1, 10),
        at(2026, 7, 1, 12, 0, 0, 250000),
        at(2026, 7, 1, 6, 30),
        at(2026, 7, 1),  # a day of the company's calendar, which is UTC's
        q,
        at(2099, 12, 31, 22, 59, 59),
        q,
    ]


def test_clock_changes(company: Company) -> None:
    """A time that spring skips is none; in the autumn fold the second 02:30, of standard time, is
    meant.
    """
    cells = [
        "2026-03-29 01:59:59",
        "2026-03-29 02:30:00",
        "2026-03-29 03:00:00",
        "2026-10-25 02:30:00",
        "2026-10-25T02:30:00+02:00",
    ]
    at = dt.datetime
    assert landed(company, "tasks", "created_at", cells, "v", time_zone="Europe/Madrid") == [
        at(2026, 3, 29, 0, 59, 59),
        "quarantined",
        at(2026, 3, 29, 1),
        at(2026, 10, 25, 1, 30),
        at(2026, 10, 25, 0, 30),
    ]
