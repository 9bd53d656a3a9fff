"""The state of an API: how far each endpoint was read, which version of each record is known, and the
files that its records are stored in.

One SQLite file per source, beside its records. A fetch is one transaction: killed or failed, it has no
effect. Its file is synced before the transaction ends and takes its name afterwards; `ApiState` finishes
that for a fetch that was killed in between. Sending requests belongs to `client`.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.core import durable_files
from orchestration.core.errors import SourceError
from orchestration.core.failpoints import failpoint
from orchestration.ingestion.api.cursors import Mark, from_text, to_text

_FORGET_AFTER = 10
"""Whole fetches in a row that do not return a record, after which its version is forgotten."""

_SCHEMA = (
    """
    create table endpoints (
        id integer primary key,
        stream text not null,
        endpoint text not null,
        request text not null,
        mark text,
        fetches integer not null,
        fetched_at text not null,
        unique (stream, endpoint)
    )
    """,
    """
    create table records (
        endpoint integer not null,
        key blob not null,
        version blob not null,
        fetch integer not null,
        primary key (endpoint, key)
    ) without rowid
    """,
    "create table unnamed (written text primary key, final text not null)",
)


@dataclass
class Tally:
    """Records of one fetch: new or changed, known from before, and sent twice."""

    new: int = 0
    known: int = 0
    repeated: int = 0


class ApiState:
    """The state of one API. Use as a context manager; one writer at a time (the refresh lock ensures it)."""

    def __init__(self, folder: Path, *, source: str) -> None:
        """Open the state in `folder`, created where there is none."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        path = folder / "state.sqlite"
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            if self._db.execute("pragma user_version").fetchone()[0] == 0:
                self._db.execute("begin immediate")
                for statement in _SCHEMA:
                    self._db.execute(statement)
                self._db.execute("pragma user_version = 1")
                self._db.execute("commit")
        except sqlite3.OperationalError:
            raise  # the disk, or another writer: nothing is wrong with the file
        except sqlite3.DatabaseError as error:
            raise SourceError(
                f"Source {source}: {path} cannot be opened: {error}. Move it away and refresh again: "
                "the API is read from the beginning, and what is known already counts once."
            ) from error

    def __enter__(self) -> ApiState:
        return self

    def __exit__(self, *raised: object) -> None:
        self._db.close()

    def finish_killed(self) -> None:
        """Name the files of fetches that ended, and remove those of fetches that did not."""
        for written, final in self._db.execute("select written, final from unnamed").fetchall():
            source, target = self._folder / written, self._folder / final
            if source.exists():
                source.replace(target)
                durable_files.sync_folder(target.parent)
            self._db.execute("delete from unnamed where written = ?", (written,))
        for path in self._folder.rglob(f"{durable_files.TEMPORARY}*"):
            path.unlink()

    def mark(self, *, stream: str, endpoint: str, request: str) -> Mark | None:
        """How far the endpoint was read; None where it never was, or the request has changed."""
        row = self._db.execute(
            "select mark from endpoints where stream = ? and endpoint = ? and request = ?",
            (stream, endpoint, request),
        ).fetchone()
        return from_text(row[0]) if row else None

    def fetch(self, *, stream: str, endpoint: str, request: str) -> Fetch:
        """A fetch, to be entered as a context manager."""
        return Fetch(self._db, self._folder, stream=stream, endpoint=endpoint, request=request)


class Fetch:
    """One fetch of one endpoint: all or nothing. Leaving it without `finish` undoes it."""

    def __init__(
        self, db: sqlite3.Connection, folder: Path, *, stream: str, endpoint: str, request: str
    ) -> None:
        """See `ApiState.fetch`."""
        self.tally = Tally()
        self._db, self._root = db, folder
        self._stream, self._endpoint, self._request = stream, endpoint, request
        self._folder = folder / stream / endpoint
        self._fetched_at = datetime.now(UTC)
        self._finished = False

    def __enter__(self) -> Fetch:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._db.execute("begin immediate")
        row = self._db.execute(
            "select id, fetches from endpoints where stream = ? and endpoint = ?",
            (self._stream, self._endpoint),
        ).fetchone()
        stored = (int(path.name[:8]) for path in self._folder.glob("[0-9]*.jsonl"))
        self._number = 1 + max([row[1] if row else 0, *stored])
        self._id = self._enter_endpoint(row[0] if row else None)
        self._final = self._folder / f"{self._number:08d}-{self._fetched_at:%Y%m%dT%H%M%SZ}.jsonl"
        self._written = durable_files.temporary(self._final)
        self._file = self._written.open("wb")
        return self

    def _enter_endpoint(self, known: int | None) -> int:
        if known is not None:
            return known
        added = self._db.execute(
            "insert into endpoints (stream, endpoint, request, fetches, fetched_at) values (?,?,?,0,?)",
            (self._stream, self._endpoint, self._request, self._fetched_at.isoformat()),
        )
        return int(added.lastrowid or 0)

    def add(self, record: bytes, *, key: bytes) -> bool:
        """Store a record's line unless its version is known; returns False where this fetch had it."""
        version = hashlib.blake2b(record, digest_size=16).digest()
        key = hashlib.blake2b(key, digest_size=16).digest()
        known = self._db.execute(
            "select version, fetch from records where endpoint = ? and key = ?", (self._id, key)
        ).fetchone()
        if known is not None and known[0] == version:
            if known[1] == self._number:
                self.tally.repeated += 1
                return False
            self.tally.known += 1
        else:
            self.tally.new += 1
            comma = b", " if record != b"{}" else b""
            self._file.write(record[:-1] + comma + self._stamp + b"}\n")
        self._db.execute(
            "insert or replace into records values (?,?,?,?)",
            (self._id, key, version, self._number),
        )
        return True

    @property
    def _stamp(self) -> bytes:
        """When it was fetched: makes each line unique, and serves records without a time."""
        return f'"_fetched_at": "{self._fetched_at:%Y-%m-%dT%H:%M:%SZ}"'.encode()

    def finish(self, mark: Mark | None) -> None:
        """Make what was added durable, with how far it reaches."""
        self._file.flush()
        if self.tally.new:
            os.fsync(self._file.fileno())
            durable_files.sync_folder(self._folder)
            self._db.execute(
                "insert into unnamed values (?,?)",
                (
                    self._written.relative_to(self._root).as_posix(),
                    self._final.relative_to(self._root).as_posix(),
                ),
            )
        self._db.execute(
            "update endpoints set request = ?, mark = ?, fetches = ?, fetched_at = ? where id = ?",
            (self._request, to_text(mark), self._number, self._fetched_at.isoformat(), self._id),
        )
        self._db.execute(
            "delete from records where endpoint = ? and fetch <= ?",
            (self._id, self._number - _FORGET_AFTER),
        )
        failpoint("api.written")
        self._db.execute("commit")
        self._finished = True
        failpoint("api.remembered")
        if self.tally.new:
            self._written.replace(self._final)
            durable_files.sync_folder(self._folder)
            failpoint("api.named")
            self._db.execute(
                "delete from unnamed where written = ?",
                (self._written.relative_to(self._root).as_posix(),),
            )

    def __exit__(self, *raised: object) -> None:
        self._file.close()
        if self._db.in_transaction:
            self._db.execute("rollback")
        with suppress(FileNotFoundError):
            if not (self._finished and self.tally.new):
                self._written.unlink()
