"""The second copy of the ledger: complete, or the older one stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.ingestion.ledger import backup


def numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("select number from numbers order by 1")]


@pytest.fixture
def ledger(tmp_path: Path) -> sqlite3.Connection:
    """An open database with one number."""
    db = sqlite3.connect(tmp_path / "ledger.sqlite")
    db.execute("create table numbers (number integer)")
    db.execute("insert into numbers values (1)")
    db.commit()
    return db


def test_the_copy_is_the_ledger_as_it_is_now(ledger: sqlite3.Connection, tmp_path: Path) -> None:
    target = tmp_path / backup.BACKUP
    backup.back_up(ledger, to=target)
    ledger.execute("insert into numbers values (2)")
    ledger.commit()
    assert numbers(target) == [1]
    backup.back_up(ledger, to=target)
    assert numbers(target) == [1, 2]


def test_the_older_copy_stays_where_the_new_one_cannot_be_written(
    ledger: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / backup.BACKUP
    backup.back_up(ledger, to=target)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(backup, "settle", full)
    ledger.execute("insert into numbers values (2)")
    ledger.commit()
    backup.back_up(ledger, to=target)
    assert numbers(target) == [1]
    assert list(tmp_path.glob(".*.tmp")) == []
