"""The record of a load in its own Parquet file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.core.records import Load
from orchestration.ingestion.ledger.load_record import RECORD_KEY, LoadRecord, read_record
from orchestration.ingestion.ledger.parts import ActivePart
from tests.unit.ingestion.ledger.factories import LANDED_AT, file_part

PARTS = (
    file_part("a.csv", landed=2, quarantined=1, latest=dt.datetime(2026, 2, 1)),
    file_part("b.csv", part=2, landed=1),
)
RECORD = LoadRecord(
    load=Load("load-1", 1, "crm", "deals", LANDED_AT, 4, 3, 1, 0, ("a.csv", "b.csv"), 0),
    run_id="run",
    parts=PARTS,
    replaced=(ActivePart("load-0", 1, "a.csv", "sha", "mapping"),),
)


def write(path: Path, *, rows: int) -> Path:
    table = pa.table({"id": list(range(rows))})
    pq.write_table(table.replace_schema_metadata({RECORD_KEY: RECORD.to_json()}), path)
    return path


def test_a_record_comes_back_with_the_size_of_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "load-1.parquet", rows=3)
    with duckdb.connect() as connection:
        record = read_record(connection, path)
    assert record is not None
    assert record.load.size_bytes == path.stat().st_size
    assert (record.run_id, record.parts, record.replaced) == ("run", PARTS, RECORD.replaced)


def test_a_file_whose_rows_do_not_match_its_record_has_none(tmp_path: Path) -> None:
    path = write(tmp_path / "load-1.parquet", rows=2)
    bare = tmp_path / "bare.parquet"
    pq.write_table(pa.table({"id": [1, 2, 3]}), bare)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(path.read_bytes()[:-20])
    with duckdb.connect() as connection:
        assert [read_record(connection, file) for file in (path, bare, broken)] == [None] * 3


def test_rows_that_are_removed_count_as_skipped() -> None:
    reduced = RECORD.without(landed={1: 1, 2: 1}, quarantined={})
    assert (reduced.load.rows_landed, reduced.load.rows_quarantined) == (2, 0)
    assert reduced.load.rows_skipped == 2
    assert [part.rows_skipped for part in reduced.parts] == [2, 0]
