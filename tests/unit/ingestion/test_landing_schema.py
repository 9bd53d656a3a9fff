"""The landing schema that dbt's sources read."""

from __future__ import annotations

import datetime as dt

from orchestration import ingestion
from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name"}


def test_a_stream_without_files_is_empty_and_typed(company: Company) -> None:
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    with company.warehouse() as connection:
        for stream in ingestion.load_contract().values():
            described = connection.execute(f"describe landing.{stream.name}").fetchall()
            columns = [(name, kind.lower()) for name, kind, *_ in described]
            assert columns == [(column.name, column.data_type) for column in stream.landed]


def test_data_as_of_is_the_latest_business_time_not_in_the_future(company: Company) -> None:
    company.drop("o.csv", "id,acc,day\n1,a,2026-03-01\n2,a,2026-02-01\n3,a,2099-01-01\n")
    company.map(
        "orders",
        {
            "files": "*.csv",
            "columns": {
                "order_id": "id",
                "account_id": "acc",
                "ordered_at": "day",
                "status": {"value": "open"},
            },
        },
        time_zone="Europe/Madrid",
    )
    company.top = {"time_zone": "Europe/Madrid"}
    company.land()
    query = "select as_of, as_of_on, load_seq, company, run_id from landing.settings"
    late = dt.datetime(2026, 2, 28, 23)
    assert company.rows(query) == [(late, dt.date(2026, 3, 1), 1, "Test", "run")]
    company.top = {"time_zone": "Europe/Madrid", "as_of": "2026-06-30"}
    assert company.rows(query)[0][:2] == (
        dt.datetime(2026, 6, 30, 21, 59, 59),
        dt.date(2026, 6, 30),
    )


def test_rows_carry_their_origin(company: Company) -> None:
    (company.inbox / "in").mkdir()
    company.drop("in/a.csv", "id,name,group\n1,Ana,x\n")
    company.map("products", {"files": "**/*.csv", "columns": COLUMNS}, currency="MXN")
    [load] = company.land().loads
    assert company.rows(
        "select _source, _key_source, _load_id, _load_seq, _loaded_at, _file, _line, _is_deleted, "
        "_extra, currency "
        "from landing.products"
    ) == [
        (
            "crm",
            "crm",
            load.load_id,
            1,
            load.landed_at,
            "in/a.csv",
            2,
            False,
            '{"group":"x"}',
            "MXN",
        )
    ]
