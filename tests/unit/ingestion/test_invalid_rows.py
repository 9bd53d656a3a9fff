"""Rows that go to quarantine keep their bytes; those that are not text, as both text and bytes."""

from __future__ import annotations

import gzip

from orchestration import ingestion
from tests.unit.ingestion.factories import Company


def test_records_and_rows_keep_their_bytes(company: Company) -> None:
    content = b"id,name\n1\n,Ana\n2,a\xffb\n3,Eva\n"
    company.drop("p.csv.gz", gzip.compress(content))
    company.map("products", {"files": "*.gz", "columns": {"product_id": "id", "name": "name"}})
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (1, 3)
    rows = {row.line: row for row in ingestion.quarantine.list_open(company.home)}
    assert {line: row.raw for line, row in rows.items()} == {2: "1", 3: ",Ana", 4: "2,a\\xFFb"}
    assert rows[2].reason == "found 1 field, expected 2"
    assert rows[3].reason == "product_id: is empty, and it is required"
    assert "byte 0xff is not UTF-8" in rows[4].reason
    [exported] = ingestion.quarantine.export(company.home, to=company.root / "out")
    assert exported.name == "p.repaired.csv"
    assert exported.read_bytes() == b"id,name\n1\n,Ana\n2,a\xffb\n"
