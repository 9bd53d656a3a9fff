"""Results of the gate as tables of the release."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.core.records import GateReport, Load
from orchestration.quality.results import insert_rows, write_results
from tests.unit.quality.factories import result


def test_results_become_tables_of_the_release(tmp_path: Path) -> None:
    marts = tmp_path / "marts.duckdb"
    load = Load(
        load_id="l1", load_seq=1, source="crm", stream="orders", rows_read=3, rows_landed=2,
        landed_at=datetime(2026, 7, 1, 4, tzinfo=UTC), rows_quarantined=1, rows_skipped=0,
        files=("o.csv",), size_bytes=10,
    )  # fmt: skip
    report = GateReport(run_id="run-1", checks=(result("a", passed=False),) * 1200)
    write_results(marts, report, loads=[load])
    write_results(marts, dataclasses.replace(report, run_id="run-2"), loads=[load])
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            "select run_id, count(*), any_value(sample_keys) from quality.checks group by 1"
        ).fetchall()
        loads = connection.execute("select stream, landed_at, rows_quarantined from quality.loads")
        assert loads.fetchall() == [("orders", datetime(2026, 7, 1, 4), 1)]
    assert rows == [("run-2", 1200, ["crm:1"])]


def test_rows_are_inserted_in_batches_with_their_nulls() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t (n integer, x varchar)")
        insert_rows(connection, "t", [(n, None if n % 2 else "x") for n in range(1001)])
        insert_rows(connection, "t", [])
        counted = connection.execute("select count(*), count(x), max(n) from t").fetchone()
    assert counted == (1001, 501, 1000)
