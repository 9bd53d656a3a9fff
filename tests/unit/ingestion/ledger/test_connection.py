"""Opening, transactions, and the backup that closing renews."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.ledger.backup import BACKUP
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.runs import begin_refresh, recent_refreshes
from orchestration.ingestion.ledger.schema import SCHEMA_VERSION


def test_corrupt_ledger_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SourceError, match="ledger"):
        Ledger(tmp_path / "ledger.sqlite")


def test_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(SourceError, match=rf"newer Embudo \(version {SCHEMA_VERSION + 1}"):
        Ledger(path)


def test_a_transaction_is_all_or_nothing_with_those_inside_it(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.transaction():
        begin_refresh(ledger, "undone", full=False)
        _ = 1 / 0
    assert recent_refreshes(ledger) == []
    with ledger.transaction():
        begin_refresh(ledger, "a", full=False)
        begin_refresh(ledger, "b", full=False)
    assert {run.run_id for run in recent_refreshes(ledger)} == {"a", "b"}


def test_closing_renews_the_backup_where_something_changed(tmp_path: Path) -> None:
    path, backup = tmp_path / "ledger.sqlite", tmp_path / BACKUP
    with Ledger(path) as ledger:
        begin_refresh(ledger, "r1", full=True)
    with Ledger(backup, has_backup=False) as copy:
        assert [run.run_id for run in recent_refreshes(copy)] == ["r1"]
    backup.unlink()
    Ledger(path).close()
    assert not backup.exists()
