"""What the tables of the ledger refuse, whatever the code above them does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import active_loads
from tests.unit.ingestion.ledger.factories import enter_load, file_part


@pytest.mark.parametrize(
    "change",
    [
        "update loads set rows_landed = rows_landed - 1",
        "update loads set load_id = null",
        "insert into load_profiles values ('no load', '{}')",
        "insert into quarantined_loads values ('no load', 'c', 'r', 'run', 'now', null, null)",
        "update load_files set load_id = 'no load'",
        "insert into loads select 'another', load_seq, source, stream, landed_at, run_id, rows_read, "
        "rows_landed, rows_quarantined, rows_skipped, size_bytes, sha256 from loads",
    ],
)
def test_what_cannot_be_true_is_not_stored(ledger: Ledger, change: str) -> None:
    """Rows that do not add up, loads without an id or with a number twice, rows of unknown loads."""
    enter_load(ledger, 1, file_part("a.csv"))
    with pytest.raises(sqlite3.IntegrityError):
        ledger.execute(change)


def test_a_ledger_of_an_earlier_version_gets_the_tables_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        enter_load(ledger, 1, file_part("a.csv"))
        ledger.execute("drop table unnamed_streams")
        ledger.execute("pragma user_version = 1")
    with Ledger(path) as ledger:
        assert [load.load_id for load, _ in active_loads(ledger)] == ["load-1"]
