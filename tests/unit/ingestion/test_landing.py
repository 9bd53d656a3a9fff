"""A killed landing leaves nothing behind."""

from __future__ import annotations

import shutil

from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name"}

TEXT = "id,name,group\n1,Ana,x\n2,Luis,y\n"


def test_leftovers_of_a_killed_landing_are_removed(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    folder = company.home.landing_of(source="crm", stream="products")
    shutil.copy(folder / f"{load.load_id}.parquet", folder / "19990101T000000-000009.parquet")
    (folder / ".tmp-1-x.parquet").write_bytes(b"half")
    (company.home.work / "old").mkdir(parents=True)
    company.land()
    assert [path.name for path in folder.iterdir()] == [f"{load.load_id}.parquet"]
    assert not (company.home.work / "old").exists()
