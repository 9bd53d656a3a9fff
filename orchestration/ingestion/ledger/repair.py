"""A ledger that is corrupt or gone is rebuilt: from its backup, and from the records in landed files.

Nothing that landed may be lost with the ledger, since a landing removes files that the ledger does not
know. Making the backup belongs to `backup`; checking landed files' bytes, to `integrity`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from orchestration.core import duckdb_session
from orchestration.core.durable_files import TEMPORARY, settle, sha256_of, sync_folder
from orchestration.core.failpoints import failpoint
from orchestration.ingestion.ledger.backup import BACKUP
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.load_record import LoadRecord, read_record
from orchestration.ingestion.ledger.loads import add_load, all_loads
from orchestration.settings import Home

CORRUPT = "ledger.corrupt.sqlite"
"""The name under which a corrupt ledger is kept for inspection."""

_LOGS = ("-wal", "-shm")


def ledger_fault(path: Path) -> str:
    """What is wrong with a ledger or its backup; empty where nothing is. Reads all of it."""
    if not path.is_file():
        return "is gone"
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            faults = [str(row[0]) for row in db.execute("pragma integrity_check(3)").fetchall()]
            tables = {row[0] for row in db.execute("select name from sqlite_master").fetchall()}
            orphans = db.execute("pragma foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return f"cannot be read ({error})"
    if faults != ["ok"]:
        return f"is corrupt ({'; '.join(faults)})"
    if not {"loads", "load_files", "refreshes"} <= tables:
        return "has lost its tables"
    return f"has {len(orphans)} file(s) of loads that it does not know" if orphans else ""


def repair_ledger(home: Home) -> str:
    """Rebuild the ledger where it is corrupt or gone; what was done, empty where nothing had to be.

    Takes the backup, then enters every landed file that the backup does not know and that carries its
    record. The caller holds the refresh lock.
    """
    backup = home.root / BACKUP
    if not home.ledger.exists() and not backup.exists() and not _landed_files(home):
        return ""
    has_backup = not ledger_fault(backup)
    fault = ledger_fault(home.ledger)
    if not fault and has_backup and _load_count(backup) and not _load_count(home.ledger):
        fault = "knows no load, and its backup does"
    if not fault:
        return ""
    rebuilt = home.root / f".{home.ledger.name}.{os.getpid()}.tmp"
    if has_backup:
        shutil.copyfile(backup, rebuilt)
    adopted = _adopt(rebuilt, home)
    # The connection has closed; the logs that it leaves are its own and empty.
    for log in _LOGS:
        rebuilt.with_name(rebuilt.name + log).unlink(missing_ok=True)
    failpoint("ledger.repaired")
    _move_away(home.ledger)
    failpoint("ledger.corrupt_moved")
    settle(rebuilt, home.ledger)
    source = "its backup" if has_backup else "the landed files alone, for there is no backup"
    return (
        f"the ledger {fault}: rebuilt from {source}"
        + (f", {len(adopted)} load(s) from the records in their files" if adopted else "")
        + (f"; the corrupt one is kept as {CORRUPT}" if (home.root / CORRUPT).exists() else "")
    )


def _load_count(path: Path) -> int:
    with closing(sqlite3.connect(path, timeout=30)) as db:
        return int(db.execute("select count(*) from loads").fetchone()[0])


def _landed_files(home: Home) -> list[Path]:
    files = home.landing.rglob("*.parquet") if home.landing.is_dir() else ()
    return sorted(path for path in files if not path.name.startswith(TEMPORARY))


def _adopt(path: Path, home: Home) -> Sequence[LoadRecord]:
    """Enter the landed files that the ledger at `path` does not know, in the order they landed."""
    with Ledger(path, has_backup=False) as ledger:
        listed = all_loads(ledger)
        known, numbers = {load.load_id for load in listed}, {load.load_seq for load in listed}
        unknown = [file for file in _landed_files(home) if file.stem not in known]
        with duckdb_session.connect(scratch=home.work / "repair") as connection:
            read = [(read_record(connection, file), file) for file in unknown]
        records = {
            record.load.load_seq: (record, file)
            for record, file in read
            if record is not None and record.load.load_seq not in numbers
        }
        for _, (record, file) in sorted(records.items()):
            add_load(
                ledger,
                record.load,
                run_id=record.run_id,
                sha256=sha256_of(file),
                parts=record.parts,
                replaced=record.replaced,
            )
    return [record for record, _ in records.values()]


def _move_away(ledger: Path) -> None:
    """Rename the corrupt ledger and remove its logs, which must never be replayed into the new one."""
    with contextlib.suppress(FileNotFoundError):
        ledger.replace(ledger.with_name(CORRUPT))
    for log in _LOGS:
        ledger.with_name(ledger.name + log).unlink(missing_ok=True)
    sync_folder(ledger.parent)
