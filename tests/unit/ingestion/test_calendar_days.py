"""A date without a time is that day on the company's calendar, whatever the source's zone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.casts import Locale, Origin, cast_to
from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

ZONES = (
    "UTC", "America/Phoenix", "Europe/Madrid", "Asia/Tokyo", "America/Sao_Paulo", "Asia/Beirut",
    "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Havana", "Australia/Lord_Howe",
)  # fmt: skip
COLUMNS = {
    "deal_id": "id",
    "stage": "stage",
    "status": {"value": "won"},
    "pipeline": {"value": "p"},
    "closed_at": "closed",
    "created_at": {"value": "2024-01-01"},
}


def _closed(company: Company) -> list[tuple[object, ...]]:
    return company.rows("select deal_id, closed_at from landing.deals order by deal_id")


def test_a_closing_day_stays_that_day_and_a_time_stays_that_time(company: Company) -> None:
    company.top = {"time_zone": "America/Phoenix"}
    company.map("deals", {"files": "*.csv", "columns": COLUMNS}, time_zone="UTC")
    company.drop(
        "a.csv", "id,stage,closed\n1,W,2024-04-01\n2,W,2024-05-01T00:00:00Z\n3,W,2024-05-01 00:00\n"
    )
    company.land()
    assert _closed(company) == [
        ("1", dt.datetime(2024, 4, 1, 7)),
        ("2", dt.datetime(2024, 5, 1)),
        ("3", dt.datetime(2024, 5, 1)),
    ]


def test_dates_in_the_format_of_the_file_are_days_too(company: Company) -> None:
    company.top = {"time_zone": "America/Phoenix"}
    company.map(
        "deals",
        {"files": "*.csv", "columns": COLUMNS},
        time_zone="UTC",
        format={"date": "%d/%m/%Y", "timestamp": "%d/%m/%Y %H:%M"},
    )
    company.drop("a.csv", "id,stage,closed\n1,W,01/04/2024\n2,W,01/04/2024 00:00\n")
    company.land()
    assert _closed(company) == [
        ("1", dt.datetime(2024, 4, 1, 7)),
        ("2", dt.datetime(2024, 4, 1)),
    ]


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "sql"])
def test_typed_dates_are_days_too(company: Company, tmp_path: Path, kind: str) -> None:
    company.top = {"time_zone": "America/Phoenix"}
    columns: dict[str, object] = dict(COLUMNS)
    if kind == "parquet":
        duckdb.execute(
            "copy (select 1 as id, 'W' as stage, date '2024-04-01' as closed) "
            f"to '{company.inbox / 'a.parquet'}' (format parquet)"
        )
    elif kind == "jsonl":
        company.drop("a.jsonl", '{"id": 1, "stage": "W", "closed": "2024-04-01"}\n')
    else:
        columns["closed_at"] = {"sql": "cast(closed as date)"}
        company.drop("a.csv", "id,stage,closed\n1,W,2024-04-01\n")
    company.map("deals", {"files": "a.*", "columns": columns}, time_zone="UTC")
    company.land()
    assert _closed(company) == [("1", dt.datetime(2024, 4, 1, 7))]


@settings(max_examples=60, deadline=None)
@given(
    day=st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2037, 12, 31)),
    source=st.sampled_from(ZONES),
    company=st.sampled_from(ZONES),
    is_excel=st.booleans(),
)
def test_any_day_is_that_day_in_the_company_zone(
    day: dt.date, source: str, company: str, is_excel: bool
) -> None:
    """Where clocks skip midnight the day begins an hour later."""
    locale = Locale(
        time_zone=source, is_excel=is_excel, calendar=company if company != source else None
    )
    text = str((day - dt.date(1899, 12, 30)).days) if is_excel else day.isoformat()
    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = '{source}'")
        cast = cast_to("v", "timestamp", origin=Origin.LOCAL, locale=locale)
        row = connection.execute(f"select {cast} from (select '{text}' as v)").fetchone()
    assert row is not None
    local = row[0].replace(tzinfo=dt.UTC).astimezone(ZoneInfo(company))
    assert local.date() == day
    assert local.hour <= 1
