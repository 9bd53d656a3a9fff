"""The Parquet files of a load."""

from __future__ import annotations

import duckdb

from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name"}

TEXT = "id,name,group\n1,Ana,x\n2,Luis,y\n"


def test_landed_parquet_is_zstd(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    path = company.home.landing_of(source="crm", stream="products") / f"{load.load_id}.parquet"
    compressions = duckdb.sql(
        f"select distinct compression from parquet_metadata('{path}')"
    ).fetchall()
    assert compressions == [("ZSTD",)]
