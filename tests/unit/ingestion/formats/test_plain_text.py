"""Any encoding and compression becomes plain UTF-8."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal

import pytest

from tests.unit.ingestion.factories import Company

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
