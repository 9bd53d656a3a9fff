"""Parquet of thousands of columns: those that nothing reads are gathered some hundred at a time."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

COLUMNS = 1_200


def test_parquet_of_many_columns(company: Company) -> None:
    spare = {f"c{n}": pa.array([n, None, None]) for n in range(COLUMNS)}
    table = pa.table({"id": ["1", "2", None], "name": ["Ana", None, None], **spare})
    company.inbox.mkdir(exist_ok=True)
    pq.write_table(table, company.inbox / "a.parquet")
    company.map("accounts", {"files": "a*", "columns": {"account_id": "id", "name": "name"}})
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined, load.rows_skipped) == (1, 1, 1)
    [landed] = company.rows("select account_id, name, _line, _extra from landing.accounts")
    assert landed[:3] == ("1", "Ana", 1)
    assert json.loads(landed[3]) == {f"c{n}": str(n) for n in range(COLUMNS)}
    from orchestration import ingestion

    [row] = ingestion.quarantine.list_open(company.home)
    raw = json.loads(row.raw)
    assert (row.line, raw["id"], raw["name"]) == (2, "2", None)
    assert len(raw) == COLUMNS + 2
