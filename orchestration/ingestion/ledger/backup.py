"""A second copy of the ledger, renewed whenever the ledger has changed.

Made through SQLite's own backup, so that it is one state of the ledger whatever is written meanwhile,
and renamed into place when it is complete. Restoring from it belongs to `repair`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from orchestration.core.durable_files import settle
from orchestration.core.failpoints import failpoint

BACKUP = "ledger.backup.sqlite"
"""Stands beside the ledger."""


def back_up(ledger: sqlite3.Connection, *, to: Path) -> None:
    """Copy an open ledger to a file, completely or not at all.

    Where the disk is full the older backup stays: `embudo doctor` reports that it is behind.
    """
    copy_path = to.with_name(f".{to.name}.{os.getpid()}.tmp")
    try:
        with closing(sqlite3.connect(copy_path)) as copy:
            ledger.backup(copy)
        failpoint("ledger.copied")
        settle(copy_path, to)
    except (OSError, sqlite3.Error):
        copy_path.unlink(missing_ok=True)
