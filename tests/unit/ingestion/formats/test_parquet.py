"""Parquet: typed columns whatever the locale."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.ingestion.factories import Company


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


def test_ids_in_a_column_of_fractions_are_whole_numbers(company: Company) -> None:
    """Libraries store whole numbers with gaps as fractions; what is above 2^53 lost digits there."""
    owners = pa.array([2.0, None, 1e5, 2.0**53, 1.5], type=pa.float64())
    ids = pa.array([str(n) for n in range(5)])
    pq.write_table(pa.table({"id": ids, "owner": owners}), company.inbox / "a.parquet")
    company.map(
        "accounts",
        {"files": "*", "columns": {"account_id": "id", "name": "id", "owner_id": "owner"}},
    )
    company.land()
    assert company.rows("select account_id, owner_id from landing.accounts order by 1") == [
        ("0", "2"),
        ("1", None),
        ("2", "100000"),
        ("4", "1.5"),
    ]
    [(_, reason)] = company.quarantine()
    assert "9007199254740992.0" in reason


def test_ids_in_numbers_of_four_bytes_are_exact_or_quarantined(company: Company) -> None:
    numbers = pa.array(np.array([7, 2**24 - 1, 2**24 + 1, 123456789], dtype="float32"))
    table = pa.table({"id": numbers, "name": ["a", "b", "c", "d"]})
    pq.write_table(table, company.inbox / "a.parquet")
    company.map("accounts", {"files": "*.parquet", "columns": {"account_id": "id", "name": "name"}})
    company.land()
    assert company.rows("select account_id from landing.accounts order by name") == [
        ("7",),
        ("16777215",),
    ]
    assert len(company.quarantine()) == 2


def test_amounts_in_numbers_of_four_bytes_keep_their_value(company: Company) -> None:
    table = pa.table({"id": ["a"], "name": ["a"], "price": pa.array([2.0**25], pa.float32())})
    pq.write_table(table, company.inbox / "a.parquet")
    columns = {"product_id": "id", "name": "name", "unit_price": "price"}
    company.map("products", {"files": "*.parquet", "columns": columns})
    company.land()
    assert company.rows("select unit_price from landing.products") == [(Decimal(2**25),)]


def test_texts_without_their_type_and_decimals_are_read_as_ids(company: Company) -> None:
    table = pa.table(
        {
            "id": pa.array([Decimal("12.00"), Decimal("7.50")], pa.decimal128(18, 2)),
            "name": pa.array(["Añil".encode(), b"\xff\x00"], pa.binary()),
        }
    )
    pq.write_table(table, company.inbox / "a.parquet")
    company.map("accounts", {"files": "*.parquet", "columns": {"account_id": "id", "name": "name"}})
    company.land()
    assert company.rows("select account_id, name from landing.accounts order by 1") == [
        ("12", "Añil"),
        ("7.50", "FF00"),
    ]
