"""Every format that a company's tools export, read to the same rows."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from tests.unit.ingestion.making_company import Company

COLUMNS = {
    "deal_id": "Id",
    "stage": "Etapa",
    "status": {"column": "Etapa", "map": {"Ganada": "won", "Perdida": "lost"}, "otherwise": "open"},
    "amount": "Importe",
    "created_at": "Creada",
    "closed_at": "Cerrada",
}
SPANISH = {
    "delimiter": ";",
    "encoding": "latin-1",
    "decimal": ",",
    "thousands": ".",
    "date": "%d/%m/%Y",
    "timestamp": "%d/%m/%Y %H:%M",
    "nulls": ["", "N/D"],
}
WANTED = [
    (
        "1",
        "Ganada",
        "won",
        Decimal("1234.56"),
        dt.datetime(2026, 6, 30, 22),
        dt.datetime(2026, 12, 31, 8, 30),
    ),
    ("2", "Negociación", "open", None, dt.datetime(2026, 1, 1, 23), None),
]
QUERY = (
    "select deal_id, stage, status, amount, created_at, closed_at "
    "from landing.deals order by deal_id"
)
SPANISH_TEXT = (
    "Id;Etapa;Importe;Creada;Cerrada\r\n"
    "1;Ganada;1.234,56;01/07/2026;31/12/2026 09:30\r\n"
    "2;Negociación;N/D;02/01/2026;\r\n"
)


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"]
)
def test_spanish_csv_in_every_encoding(company: Company, encoding: str) -> None:
    company.drop("deals.csv", SPANISH_TEXT.encode(encoding))
    form = {**SPANISH, "encoding": encoding}
    company.map(
        "deals", {"files": "*.csv", "columns": COLUMNS}, format=form, time_zone="Europe/Madrid"
    )
    result = company.land()
    assert not result.rejected_files
    assert company.rows(QUERY) == WANTED
    assert company.quarantine() == []


def test_bom_of_utf_8_is_no_part_of_the_first_column(company: Company) -> None:
    company.drop("deals.csv", SPANISH_TEXT.encode("utf-8-sig"))
    company.map(
        "deals",
        {"files": "*.csv", "columns": COLUMNS},
        format={**SPANISH, "encoding": "utf-8"},
        time_zone="Europe/Madrid",
    )
    company.land()
    assert company.rows(QUERY) == WANTED


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


def test_gzip(company: Company) -> None:
    company.drop("deals.csv.gz", gzip.compress(SPANISH_TEXT.encode("latin-1")))
    company.map(
        "deals", {"files": "*.gz", "columns": COLUMNS}, format=SPANISH, time_zone="Europe/Madrid"
    )
    company.land()
    assert company.rows(QUERY) == WANTED


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


def test_json_lines_with_nested_and_missing_keys(company: Company) -> None:
    company.drop(
        "e.jsonl",
        '{"id": "1", "kind": "sent", "at": "2026-07-01T10:00:00Z", '
        '"to": {"mail": "a@x.es", "ip": "::1"}}\n'
        "\n"
        "not json\n"
        '["a list"]\n'
        '{"id": 2, "kind": "open", "at": "2026-07-01T12:00:00+02:00", '
        '"campaign": "k", "note": "ñ"}\n',
    )
    company.map(
        "email_events",
        {
            "files": "*.jsonl",
            "columns": {
                "event_id": "id",
                "kind": "kind",
                "occurred_at": "at",
                "recipient_email": "to.mail",
                "campaign_id": {"sql": "coalesce(campaign, 'none')"},
                "url": "link",
            },
        },
    )
    company.land()
    ten = dt.datetime(2026, 7, 1, 10)
    assert company.rows(
        "select event_id, occurred_at, recipient_email, campaign_id, url, _line, _extra "
        "from landing.email_events order by 1"
    ) == [
        ("1", ten, "a@x.es", "none", None, 1, '{"to":{"ip":"::1"}}'),
        ("2", ten, None, "k", None, 5, '{"note":"ñ"}'),
    ]
    assert company.quarantine() == [(3, "not a JSON object"), (4, "not a JSON object")]


def test_parquet_keeps_its_types_whatever_the_locale(company: Company) -> None:
    table = pa.table(
        {
            "id": [1, 2],
            "price": pa.array([Decimal("1234.5"), None], type=pa.decimal128(10, 2)),
            "name": ["Ana", "Luis"],
            "cost": ["1.000,25", "7"],
        }
    )
    pq.write_table(table, company.inbox / "p.parquet")
    company.map(
        "products",
        {
            "files": "*.parquet",
            "columns": {
                "product_id": "id",
                "name": "name",
                "unit_price": "price",
                "unit_cost": "cost",
            },
        },
        format={"decimal": ",", "thousands": "."},
    )
    company.land()
    assert company.rows(
        "select product_id, unit_price, unit_cost, _line from landing.products order by 1"
    ) == [
        ("1", Decimal("1234.5"), Decimal("1000.25"), 1),
        ("2", None, Decimal("7"), 2),
    ]


def test_parquet_timestamps_with_and_without_zone(company: Company) -> None:
    moment = dt.datetime(2026, 7, 1, 10)
    table = pa.table(
        {
            "id": ["1"],
            "naive": pa.array([moment], type=pa.timestamp("us")),
            "zoned": pa.array([moment], type=pa.timestamp("us", tz="UTC")),
        }
    )
    pq.write_table(table, company.inbox / "t.parquet")
    company.map(
        "tasks",
        {"files": "*", "columns": {"task_id": "id", "created_at": "naive", "due_at": "zoned"}},
        time_zone="Europe/Madrid",
    )
    company.land()
    assert company.rows("select created_at, due_at from landing.tasks") == [
        (dt.datetime(2026, 7, 1, 8), dt.datetime(2026, 7, 1, 10))
    ]


def test_xlsx_dates_times_and_blank_rows(company: Company) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Calls"
    sheet.append(["id", "start", "day", "time", "talk", "cost"])
    sheet.append(
        [
            1,
            dt.datetime(2026, 7, 1, 9, 30, 15),
            dt.date(2026, 7, 1),
            dt.time(9, 30, 15),
            dt.timedelta(minutes=2, seconds=5),
            1.5,
        ]
    )
    sheet.append([None] * 6)
    sheet.append([2, "01/07/2026 10:00:00", "2026-07-01", "10:00:00", "0:01:00", "2,25"])
    sheet.append([3, "never", None, None, None, None])
    book.save(company.inbox / "calls.xlsx")
    company.map(
        "calls",
        {
            "files": "*.xlsx",
            "columns": {
                "call_id": "id",
                "started_at": "start",
                "answered_at": {"sql": 'date_text("day") || \' \' || time_text("time")'},
                "talk_seconds": {"column": "talk", "format": "duration"},
                "direction": {"value": "inbound"},
                "disposition": {"value": "answered"},
            },
        },
        format={"sheet": "Calls", "decimal": ",", "timestamp": "%d/%m/%Y %H:%M:%S"},
        time_zone="Europe/Madrid",
    )
    result = company.land()
    assert not result.rejected_files
    start = dt.datetime(2026, 7, 1, 7, 30, 15)
    eight = dt.datetime(2026, 7, 1, 8)
    assert company.rows(
        "select call_id, started_at, answered_at, talk_seconds, _line from landing.calls order by 1"
    ) == [("1", start, start, 125, 2), ("2", eight, eight, 60, 4)]
    [load] = result.loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        4,
        2,
        1,
        1,
    )
    [(line, reason)] = company.quarantine()
    assert line == 5
    assert "started_at: found 'never'" in reason


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


def test_empty_files_land_as_nothing(company: Company) -> None:
    company.drop("a.csv", "")
    company.drop("b.csv", "Id,Name\n")
    company.map("products", {"files": "*.csv", "columns": {"product_id": "Id", "name": "Name"}})
    result = company.land()
    assert not result.rejected_files
    assert [load.rows_read for load in result.loads] == [0]
    assert company.rows("select count(*) from landing.products") == [(0,)]


@pytest.mark.parametrize("name", ["cut.csv.gz", "cut.xlsx", "cut.parquet"])
def test_cut_files_are_set_aside_and_others_land(company: Company, name: str) -> None:
    whole = company.root / "whole"
    if name.endswith("gz"):
        whole.write_bytes(gzip.compress(b"Id,Name\n" + b"1,x\n" * 5000))
    elif name.endswith("xlsx"):
        book = openpyxl.Workbook()
        book.active.append(["Id", "Name"])  # type: ignore[union-attr]
        book.save(whole)
    else:
        pq.write_table(pa.table({"Id": ["1"], "Name": ["x"]}), whole)
    company.drop(name, whole.read_bytes()[:-30])
    company.drop("good.csv", "Id,Name\n7,Siete\n")
    company.map("products", {"files": "*", "columns": {"product_id": "Id", "name": "Name"}})
    result = company.land()
    assert [one.file for one in result.rejected_files] == [name]
    assert name in result.rejected_files[0].reason
    assert company.rows("select product_id from landing.products") == [("7",)]
    company.drop(name, whole.read_bytes())
    again = company.land()
    assert not again.rejected_files
    with company.ledger() as ledger:
        assert open_rejected_files(ledger) == []


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


def test_blanks_between_thousands_may_be_hard_ones(company: Company) -> None:
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


@pytest.mark.parametrize("text", ['[{"id": 1},\n{"id": 2}]\n', '{\n "id": 1\n}\n'])
def test_json_that_is_not_in_lines_is_named(company: Company, text: str) -> None:
    company.drop("a.json", text)
    company.map("products", {"files": "*", "columns": {"product_id": "id", "name": "id"}})
    [aside] = company.land().rejected_files
    assert "a.json holds no JSON object on any line" in aside.reason
