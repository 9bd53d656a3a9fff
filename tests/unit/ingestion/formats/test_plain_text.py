"""Any encoding and compression becomes plain UTF-8."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal

import pytest

from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

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
        dt.datetime(2026, 7, 1),
        dt.datetime(2026, 12, 31, 8, 30),
    ),
    ("2", "Negociación", "open", None, dt.datetime(2026, 1, 2), None),
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


def test_gzip(company: Company) -> None:
    company.drop("deals.csv.gz", gzip.compress(SPANISH_TEXT.encode("latin-1")))
    company.map(
        "deals", {"files": "*.gz", "columns": COLUMNS}, format=SPANISH, time_zone="Europe/Madrid"
    )
    company.land()
    assert company.rows(QUERY) == WANTED


@pytest.mark.parametrize(
    ("declared", "written", "advice"),
    [
        ("utf-16", "utf-16-le", "no byte order mark. Set `format.encoding: utf-16-le`"),
        ("utf-16", "utf-16-be", "no byte order mark. Set `format.encoding: utf-16-be`"),
        (
            "utf-32",
            "utf-32-le",
            "no byte order mark. Set `format.encoding: utf-32-le or utf-32-be`",
        ),
        ("utf-8", "utf-16-le", "most likely UTF-16 without a byte order mark"),
        ("cp1252", "utf-16-be", "Set `format.encoding: utf-16-be`"),
        ("utf-8", "utf-16", "is UTF-16, and is read as utf-8. Set `format.encoding: utf-16`"),
        ("latin-1", "utf-32", "is UTF-32, and is read as iso8859-1. Set `format.encoding: utf-32`"),
    ],
)
def test_several_bytes_a_letter_must_be_declared_with_their_order(
    company: Company, declared: str, written: str, advice: str
) -> None:
    text = "id,name\n51,no mark\n52,again\n"
    company.drop("wide.txt", text.encode(written))
    company.drop("other.csv", b"id,name\nP9,Tea\n")
    columns = {"product_id": "id", "name": "name"}
    company.map(
        "products",
        {"files": "*.txt", "columns": columns, "format": {"encoding": declared}},
        {"files": "*.csv", "columns": columns},
    )
    result = company.land()
    assert [file.file for file in result.rejected_files] == ["wide.txt"]
    assert advice in result.rejected_files[0].reason
    assert company.rows("select product_id from landing.products") == [("P9",)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_declared_order_of_bytes_needs_no_mark(company: Company, encoding: str) -> None:
    company.drop("a.csv", "id,name\n51,ñandú\n".encode(encoding))
    columns = {"product_id": "id", "name": "name"}
    company.map(
        "products", {"files": "*.csv", "columns": columns, "format": {"encoding": encoding}}
    )
    assert not company.land().rejected_files
    assert company.rows("select name from landing.products") == [("ñandú",)]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "iso-8859-15", "mac-roman"])
def test_utf8_that_is_declared_as_one_byte_a_letter_is_rejected(
    company: Company, encoding: str
) -> None:
    """It would be read as other letters, without a word."""
    columns = {"product_id": "id", "name": "name"}
    company.map("products", {"files": "*.csv", "columns": columns}, format={"encoding": encoding})
    company.drop("a.csv", "id,name\n1,Añil\n")
    company.drop("b.csv", "id,name\n2,plain\n")
    [rejected] = company.land().rejected_files
    assert "a.csv is UTF-8, and is read as" in rejected.reason
    assert company.rows("select product_id from landing.products") == [("2",)]


def test_latin_1_has_the_quotes_and_the_euro_sign_of_cp1252(company: Company) -> None:
    columns = {"product_id": "id", "name": "name", "unit_price": "price"}
    company.map("products", {"files": "*.csv", "columns": columns}, format={"encoding": "latin-1"})
    company.drop("a.csv", "id,name,price\n1,“Añil”,5 €\n".encode("cp1252"))
    company.land()
    assert company.rows("select name, unit_price from landing.products") == [("“Añil”", 5)]
