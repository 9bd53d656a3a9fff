"""Files of any format that are empty or cut short."""

from __future__ import annotations

import gzip

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from tests.unit.ingestion.factories import Company


def test_empty_files_land_as_nothing(company: Company) -> None:
    company.drop("a.csv", "")
    company.drop("b.csv", "Id,Name\n")
    company.map("products", {"files": "*.csv", "columns": {"product_id": "Id", "name": "Name"}})
    result = company.land()
    assert not result.rejected_files
    assert [load.rows_read for load in result.loads] == [0]
    assert company.rows("select count(*) from landing.products") == [(0,)]


@pytest.mark.parametrize("name", ["cut.csv.gz", "cut.xlsx", "cut.parquet"])
def test_cut_files_are_rejected_and_others_land(company: Company, name: str) -> None:
    complete = company.root / "complete"
    if name.endswith("gz"):
        complete.write_bytes(gzip.compress(b"Id,Name\n" + b"1,x\n" * 5000))
    elif name.endswith("xlsx"):
        book = openpyxl.Workbook()
        book.active.append(["Id", "Name"])  # type: ignore[union-attr]
        book.save(complete)
    else:
        pq.write_table(pa.table({"Id": ["1"], "Name": ["x"]}), complete)
    company.drop(name, complete.read_bytes()[:-30])
    company.drop("good.csv", "Id,Name\n7,Siete\n")
    company.map("products", {"files": "*", "columns": {"product_id": "Id", "name": "Name"}})
    result = company.land()
    assert [rejected.file for rejected in result.rejected_files] == [name]
    assert name in result.rejected_files[0].reason
    assert company.rows("select product_id from landing.products") == [("7",)]
    company.drop(name, complete.read_bytes())
    again = company.land()
    assert not again.rejected_files
    with company.ledger() as ledger:
        assert open_rejected_files(ledger) == []
