"""A ledger that is damaged or gone is built again: from its backup, and from what the landed files say.

Nothing that landed may be lost with the ledger, since a landing removes files that the ledger does not
know. Making the backup belongs to `ledger_backup`; looking at landed files' bytes, to `integrity`.
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
from orchestration.ingestion.ledger.ledger import Ledger
from orchestration.ingestion.load_record import LoadRecord, read_record
from orchestration.settings import Home

DAMAGED = "ledger.damaged.sqlite"
"""Where a damaged ledger is kept for a look."""

_LOGS = ("-wal", "-shm")


def ledger_fault(path: Path) -> str:
    """What is wrong with a ledger or its backup; empty where nothing is. Reads all of it."""
    if not path.is_file():
        return "is gone"
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            found = [str(row[0]) for row in db.execute("pragma integrity_check(3)").fetchall()]
            tables = {row[0] for row in db.execute("select name from sqlite_master").fetchall()}
            orphans = db.execute("pragma foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return f"cannot be read ({error})"
    if found != ["ok"]:
        return f"is damaged ({'; '.join(found)})"
    if not {"loads", "load_files", "refreshes"} <= tables:
        return "has lost its tables"
    return f"has {len(orphans)} file(s) of loads that it does not know" if orphans else ""


def repair_ledger(home: Home) -> str:
    """Build the ledger again where it is damaged or gone; what was done, empty where all is well.

    Takes the backup, then enters every landed file that the backup does not know and that says
    itself what it is. The caller holds the refresh lock.
    """
    backup = home.root / BACKUP
    if not home.ledger.exists() and not backup.exists() and not _landed(home):
        return ""
    has_backup = not ledger_fault(backup)
    fault = ledger_fault(home.ledger)
    if not fault and has_backup and _loads_in(backup) and not _loads_in(home.ledger):
        fault = "knows no load, and its backup does"
    if not fault:
        return ""
    aside = home.root / f".{home.ledger.name}.{os.getpid()}.tmp"
    if has_backup:
        shutil.copyfile(backup, aside)
    adopted = _adopt(aside, home)
    # The connection has closed; what it leaves beside the file is its own and empty.
    for log in _LOGS:
        aside.with_name(aside.name + log).unlink(missing_ok=True)
    failpoint("ledger.mended")
    _move_away(home.ledger)
    failpoint("ledger.damaged_moved")
    settle(aside, home.ledger)
    source = "its backup" if has_backup else "the landed files alone, for there is no backup"
    return (
        f"the ledger {fault}: built again from {source}"
        + (f", {len(adopted)} load(s) from what their files say of themselves" if adopted else "")
        + (f"; the damaged one is kept as {DAMAGED}" if (home.root / DAMAGED).exists() else "")
    )


def _loads_in(path: Path) -> int:
    with closing(sqlite3.connect(path, timeout=30)) as db:
        return int(db.execute("select count(*) from loads").fetchone()[0])


def _landed(home: Home) -> list[Path]:
    found = home.landing.rglob("*.parquet") if home.landing.is_dir() else ()
    return sorted(path for path in found if not path.name.startswith(TEMPORARY))


def _adopt(path: Path, home: Home) -> Sequence[LoadRecord]:
    """Enter the landed files that the ledger at `path` does not know, in the order they landed."""
    with Ledger(path, backed_up=False) as ledger:
        listed = ledger.loads()
        known, numbers = {load.load_id for load in listed}, {load.load_seq for load in listed}
        unknown = [file for file in _landed(home) if file.stem not in known]
        with duckdb_session.connect(scratch=home.work / "repair") as connection:
            found = [(read_record(connection, file), file) for file in unknown]
        records = {
            record.load.load_seq: (record, file)
            for record, file in found
            if record is not None and record.load.load_seq not in numbers
        }
        for _, (record, file) in sorted(records.items()):
            ledger.add_load(
                record.load,
                run_id=record.run_id,
                sha256=sha256_of(file),
                parts=record.parts,
                replaced=record.replaced,
            )
    return [record for record, _ in records.values()]


def _move_away(ledger: Path) -> None:
    """The damaged ledger goes, with its logs, which must never be replayed into the new one."""
    with contextlib.suppress(FileNotFoundError):
        ledger.replace(ledger.with_name(DAMAGED))
    for log in _LOGS:
        ledger.with_name(ledger.name + log).unlink(missing_ok=True)
    sync_folder(ledger.parent)
