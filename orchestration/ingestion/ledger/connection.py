"""The open ledger: its SQLite connection, its transactions and its backup.

What is not in the ledger does not exist. Each group of tables has a module beside this one, whose
functions take the open ledger; their SQL does not belong here.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.core.errors import SourceError
from orchestration.ingestion.ledger.backup import BACKUP, back_up
from orchestration.ingestion.ledger.schema import SCHEMA, SCHEMA_VERSION


class Ledger:
    """An open ledger. Use as a context manager; one writer at a time."""

    def __init__(self, path: Path, *, has_backup: bool = True) -> None:
        """Open the ledger at `path`, created where there is none.

        `has_backup`: whether its backup is renewed when it closes; not while it is being rebuilt.
        Raises `SourceError` where the file is no ledger, or one of a newer Embudo.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._db = sqlite3.connect(
                path, isolation_level=None, timeout=30, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute("pragma foreign_keys = on")
            self._create_tables(path)
        except sqlite3.DatabaseError as error:
            raise SourceError(
                f"The ledger {path} cannot be opened: {error}. `embudo doctor` shows what is wrong; "
                "`embudo refresh` rebuilds it from its backup and the landing."
            ) from error
        self._backup = path.with_name(BACKUP) if has_backup else None
        self._changes = self._db.total_changes

    def _create_tables(self, path: Path) -> None:
        version = self._version()
        if version < SCHEMA_VERSION:
            with self.transaction():
                version = self._version()  # another process may have been quicker
                if version < SCHEMA_VERSION:
                    for statement in SCHEMA:
                        self._db.execute(statement)
                    self._db.execute(f"pragma user_version = {SCHEMA_VERSION}")
        if version > SCHEMA_VERSION:
            raise SourceError(
                f"The ledger {path} was written by a newer Embudo (version {version}, this one knows "
                f"{SCHEMA_VERSION}). Use that one, or another --home."
            )

    def _version(self) -> int:
        return int(self._db.execute("pragma user_version").fetchone()[0])

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; what has changed is copied to the ledger's backup first."""
        if self._backup is not None and self._db.total_changes != self._changes:
            back_up(self._db, to=self._backup)
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing for the statements inside; other threads wait.

        Inside another transaction of the same thread it is a part of that one.
        """
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("begin immediate")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            else:
                self._db.execute("commit")
            finally:
                self._depth = 0

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement; rows can be read by column name."""
        return self._db.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each tuple of parameters."""
        self._db.executemany(sql, parameters)
