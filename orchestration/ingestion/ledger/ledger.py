"""The ledger: which files landed in which loads, what was set aside, and every refresh. SQLite.

What is not in the ledger does not exist. A load enters in one transaction, after its Parquet file
is safe on disk. Reading files belongs to `landing`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from orchestration.core.errors import SourceError
from orchestration.core.records import Load, RejectedFile
from orchestration.ingestion.ledger.backup import BACKUP, back_up
from orchestration.ingestion.ledger.schema import ADDED, SCHEMA, SCHEMA_VERSION
from orchestration.ingestion.ledger.waivers import GateRecords


@dataclass(frozen=True)
class FilePart:
    """One file read by one selection, as part of a load. `business_max` is naive UTC."""

    part: int
    path: str
    size: int
    mtime_ns: int
    sha256: str
    fingerprint: str
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    rows_skipped: int
    business_max: datetime | None


@dataclass(frozen=True)
class ActivePart:
    """A part whose rows count, and the load it is in."""

    load_id: str
    part: int
    path: str
    sha256: str
    fingerprint: str


@dataclass(frozen=True)
class StreamPart:
    """A part whose rows count, as snapshots look at it."""

    load_id: str
    load_seq: int
    part: int
    path: str
    rows_landed: int
    is_settled: bool
    """Whether no row of it waits in quarantine."""


@dataclass(frozen=True)
class CountedPart:
    """A part whose rows count, and how many they were at landing. `landed_at` is naive UTC."""

    load_id: str
    part: int
    source: str
    stream: str
    path: str
    landed_at: datetime
    rows_landed: int
    rows_quarantined: int


@dataclass(frozen=True)
class SeenFile:
    """A file that needs no second look while its size and time stay the same."""

    path: str
    size: int
    mtime_ns: int
    sha256: str
    fingerprint: str


@dataclass(frozen=True)
class Refresh:
    """A run of the main job. `verdict`: pass, warn, fail, failed or killed; times are UTC."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    verdict: str | None
    release_id: str | None
    full: bool
    error: str | None
    detail: Mapping[str, Any]


_COUNTS = (
    "f.replaced_by is null and not exists (select 1 from quarantined_loads s "
    "where s.load_id = f.load_id and s.taken_in_by is null)"
)
"""Of a row `f` of load_files: nothing has replaced it, and the gate has not set its load aside."""


class Ledger(GateRecords):
    """An open ledger. Use as a context manager; one writer at a time."""

    def __init__(self, path: Path, *, backed_up: bool = True) -> None:
        """Open the ledger at `path`, made where there is none.

        `backed_up`: whether its backup is renewed when it closes; not while it is being mended.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(
                path, isolation_level=None, timeout=30, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute("pragma foreign_keys = on")
            version = self._version()
            if version < SCHEMA_VERSION:
                with self.transaction():
                    version = self._version()  # somebody may have been quicker
                    if version < SCHEMA_VERSION:
                        for statement in (*(SCHEMA if version == 0 else ()), *ADDED):
                            self._db.execute(statement)
                        self._db.execute(f"pragma user_version = {SCHEMA_VERSION}")
            if version > SCHEMA_VERSION:
                raise SourceError(
                    f"The ledger {path} was written by a newer Embudo (version {version}, this "
                    "one knows "
                    f"{SCHEMA_VERSION}). Use that one, or another --home."
                )
        except sqlite3.DatabaseError as error:
            raise SourceError(
                f"The ledger {path} cannot be opened: {error}. `embudo doctor` says what is wrong; "
                "`embudo refresh` mends it from its backup and the landing."
            ) from error
        self._backup = path.with_name(BACKUP) if backed_up else None
        self._changes = self._db.total_changes

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _version(self) -> int:
        return int(self._db.execute("pragma user_version").fetchone()[0])

    def close(self) -> None:
        """Close the database; what has changed is copied to the ledger's backup first."""
        if self._backup is not None and self._db.total_changes != self._changes:
            back_up(self._db, to=self._backup)
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing for the statements inside; other threads wait."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    # loads

    def next_load_seq(self) -> int:
        """The number of the next load; numbers are never used twice."""
        row = self._db.execute("select coalesce(max(load_seq), 0) + 1 from loads").fetchone()
        return int(row[0])

    def add_load(
        self,
        load: Load,
        *,
        run_id: str,
        sha256: str,
        parts: Sequence[FilePart],
        replaced: Sequence[ActivePart] = (),
    ) -> None:
        """Enter a landed load, mark the parts it replaces, and resolve what it mends; one
        transaction.
        """
        with self.transaction():
            self._db.execute(
                "insert into loads (load_id, load_seq, source, stream, landed_at, run_id, "
                "rows_read, rows_landed, "
                "rows_quarantined, rows_skipped, size_bytes, sha256) values "
                "(?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    load.load_id,
                    load.load_seq,
                    load.source,
                    load.stream,
                    _text(load.landed_at),
                    run_id,
                    load.rows_read,
                    load.rows_landed,
                    load.rows_quarantined,
                    load.rows_skipped,
                    load.size_bytes,
                    sha256,
                ),
            )
            for part in parts:
                self._resolve_earlier(load, part)
                self._db.execute(
                    "insert into load_files (load_id, part, source, stream, path, size, mtime_ns, "
                    "sha256, "
                    "fingerprint, rows_read, rows_landed, rows_quarantined, rows_skipped, "
                    "business_max) "
                    "values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    (
                        load.load_id,
                        part.part,
                        load.source,
                        load.stream,
                        part.path,
                        part.size,
                        part.mtime_ns,
                        part.sha256,
                        part.fingerprint,
                        part.rows_read,
                        part.rows_landed,
                        part.rows_quarantined,
                        part.rows_skipped,
                        _text(part.business_max),
                    ),
                )
                seen = SeenFile(part.path, part.size, part.mtime_ns, part.sha256, part.fingerprint)
                self._note_seen(load.source, load.stream, seen)
            self._replace(replaced, by=load.load_id)

    def _resolve_earlier(self, load: Load, part: FilePart) -> None:
        """A file that comes again, or its mended rows, settle what was quarantined and set aside of
        it.
        """
        for path in {part.path, original_of(part.path)}:
            self._db.execute(
                "update load_files set resolved_by = ? where source = ? and stream = ? and path = "
                "? "
                "and resolved_by is null and load_id <> ?",
                (load.load_id, load.source, load.stream, path, load.load_id),
            )
            self._db.execute(
                "update set_aside set resolved_by = ? where source = ? and stream = ? and path = ? "
                "and resolved_by is null",
                (load.load_id, load.source, load.stream, path),
            )

    def replace_parts(self, parts: Sequence[ActivePart], *, by: str) -> None:
        """Take parts out of the data; their files stay on disk. `by` says why (a load or a run)."""
        with self.transaction():
            self._replace(parts, by=by)

    def _replace(self, parts: Sequence[ActivePart], *, by: str) -> None:
        self._db.executemany(
            "update load_files set replaced_by = ?, resolved_by = coalesce(resolved_by, ?) "
            "where load_id = ? and part = ?",
            [(by, by, part.load_id, part.part) for part in parts],
        )

    def rewritten(
        self,
        load_id: str,
        *,
        sha256: str,
        size_bytes: int,
        landed: Mapping[int, int],
        quarantined: Mapping[int, int],
    ) -> None:
        """Enter that a load's files were written anew with fewer rows (by part): the rest is skipped."""
        with self.transaction():
            for part in self._db.execute(
                "select part from load_files where load_id = ?", (load_id,)
            ).fetchall():
                kept, aside = landed.get(part["part"], 0), quarantined.get(part["part"], 0)
                self._db.execute(
                    "update load_files set rows_landed = ?, rows_quarantined = ?, "
                    "rows_skipped = rows_read - ? - ? where load_id = ? and part = ?",
                    (kept, aside, kept, aside, load_id, part["part"]),
                )
            kept, aside = sum(landed.values()), sum(quarantined.values())
            self._db.execute(
                "update loads set rows_landed = ?, rows_quarantined = ?, "
                "rows_skipped = rows_read - ? - ?, sha256 = ?, size_bytes = ? where load_id = ?",
                (kept, aside, kept, aside, sha256, size_bytes, load_id),
            )

    def files_rewritten(self, changed: Mapping[str, Path]) -> None:
        """Know files of an inbox again that were rewritten in place: old checksum to file."""
        with self.transaction():
            for before, path in changed.items():
                stat = path.stat()
                after = hashlib.sha256(path.read_bytes()).hexdigest()
                self._db.execute(
                    "update seen_files set sha256 = ?, size = ?, mtime_ns = ? where sha256 = ?",
                    (after, stat.st_size, stat.st_mtime_ns, before),
                )
                self._db.execute(
                    "update load_files set sha256 = ?, size = ?, mtime_ns = ? where sha256 = ?",
                    (after, stat.st_size, stat.st_mtime_ns, before),
                )

    def loads(self, *, source: str | None = None, stream: str | None = None) -> list[Load]:
        """All loads in order, those replaced too."""
        rows = self._db.execute(
            "select * from loads where (? is null or source = ?) and (? is null or stream = ?) "
            "order by load_seq",
            (source, source, stream, stream),
        ).fetchall()
        return [self._load(row) for row in rows]

    def _load(self, row: sqlite3.Row) -> Load:
        files = self._db.execute(
            "select distinct path from load_files where load_id = ? order by part",
            (row["load_id"],),
        ).fetchall()
        return Load(
            load_id=row["load_id"],
            load_seq=row["load_seq"],
            source=row["source"],
            stream=row["stream"],
            landed_at=_time(row["landed_at"]) or datetime.min,
            rows_read=row["rows_read"],
            rows_landed=row["rows_landed"],
            rows_quarantined=row["rows_quarantined"],
            rows_skipped=row["rows_skipped"],
            files=tuple(file["path"] for file in files),
            size_bytes=row["size_bytes"],
        )

    def load_digests(self) -> list[tuple[str, str, str, str]]:
        """Source, stream, load and sha256 of every landed file, for checks of the landing."""
        rows = self._db.execute(
            "select source, stream, load_id, sha256 from loads order by load_seq"
        ).fetchall()
        return [tuple(row) for row in rows]

    def active_loads(self) -> list[tuple[Load, tuple[int, ...]]]:
        """Loads of which something counts, in order, with the parts that no longer do."""
        rows = self._db.execute(
            "select l.*, group_concat(case when f.replaced_by is not null then f.part end) as gone "
            "from loads l join load_files f using (load_id) group by l.load_id "
            f"having count(*) filter (where {_COUNTS}) > 0 order by l.load_seq"
        ).fetchall()
        return [
            (self._load(row), tuple(int(p) for p in (row["gone"] or "").split(",") if p))
            for row in rows
        ]

    def active_parts(self, *, source: str, stream: str) -> list[ActivePart]:
        """Parts of a stream whose rows count."""
        rows = self._db.execute(
            "select load_id, part, path, sha256, fingerprint from load_files f "
            f"where source = ? and stream = ? and {_COUNTS} order by load_id, part",
            (source, stream),
        ).fetchall()
        return [ActivePart(**dict(row)) for row in rows]

    def stream_parts(self, *, source: str, stream: str) -> list[StreamPart]:
        """Parts of a stream whose rows count, in the order in which they landed."""
        rows = self._db.execute(
            "select f.load_id, l.load_seq, f.part, f.path, f.rows_landed, "
            "f.rows_quarantined = 0 or f.resolved_by is not null as is_settled "
            "from load_files f join loads l using (load_id) "
            f"where f.source = ? and f.stream = ? and {_COUNTS} order by l.load_seq, f.part",
            (source, stream),
        ).fetchall()
        return [StreamPart(**{**dict(row), "is_settled": bool(row["is_settled"])}) for row in rows]

    def counted_parts(self) -> list[CountedPart]:
        """Every part whose rows count, of all sources and streams, with its counts at landing."""
        rows = self._db.execute(
            "select f.load_id, f.part, f.source, f.stream, f.path, l.landed_at, f.rows_landed, "
            "f.rows_quarantined from load_files f join loads l using (load_id) "
            "where f.replaced_by is null order by l.load_seq, f.part"
        ).fetchall()
        return [
            CountedPart(**{**dict(row), "landed_at": _time(row["landed_at"]) or datetime.min})
            for row in rows
        ]

    def newest_by_stream(self) -> dict[tuple[str, str], datetime]:
        """The latest business timestamp of what counts (naive UTC), by source and stream."""
        rows = self._db.execute(
            "select source, stream, max(business_max) from load_files where replaced_by is null "
            "and business_max is not null group by source, stream"
        ).fetchall()
        return {(row[0], row[1]): datetime.fromisoformat(row[2]) for row in rows}

    def business_max(self) -> datetime | None:
        """The latest business timestamp of what counts (naive UTC)."""
        row = self._db.execute(
            f"select max(business_max) from load_files f where {_COUNTS}"
        ).fetchone()
        return _time(row[0])

    def active_parts_of(self, load_id: str) -> list[ActivePart]:
        """Parts of a load whose rows count."""
        rows = self._db.execute(
            "select load_id, part, path, sha256, fingerprint from load_files "
            "where load_id = ? and replaced_by is null order by part",
            (load_id,),
        ).fetchall()
        return [ActivePart(**dict(row)) for row in rows]

    def business_max_by_source(self) -> dict[str, datetime]:
        """The same of each source that has such timestamps."""
        rows = self._db.execute(
            "select source, max(business_max) from load_files where replaced_by is null "
            "and business_max is not null group by source order by source"
        ).fetchall()
        return {source: datetime.fromisoformat(newest) for source, newest in rows}

    # files that need no second look

    def seen_files(self, *, source: str, stream: str) -> dict[tuple[str, str], SeenFile]:
        """What is known of a stream's files, by (fingerprint, path)."""
        rows = self._db.execute(
            "select path, size, mtime_ns, sha256, fingerprint from seen_files "
            "where source = ? and stream = ?",
            (source, stream),
        ).fetchall()
        return {(row["fingerprint"], row["path"]): SeenFile(**dict(row)) for row in rows}

    def note_seen(self, *, source: str, stream: str, file: SeenFile) -> None:
        """Remember a file that is a copy of a landed one."""
        with self.transaction():
            self._note_seen(source, stream, file)

    def _note_seen(self, source: str, stream: str, file: SeenFile) -> None:
        self._db.execute(
            "insert into seen_files (source, stream, fingerprint, path, size, mtime_ns, sha256) "
            "values (?,?,?,?,?,?,?) on conflict (source, stream, fingerprint, path) do update set "
            "size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256",
            (
                source,
                stream,
                file.fingerprint,
                file.path,
                file.size,
                file.mtime_ns,
                file.sha256,
            ),
        )

    def unsee(self, parts: Sequence[ActivePart], *, source: str, stream: str) -> None:
        """Forget that the files of these parts were seen, so that the next scan reads them again."""
        with self.transaction():
            self._db.executemany(
                "delete from seen_files where source = ? and stream = ? and fingerprint = ? "
                "and sha256 = ?",
                [(source, stream, part.fingerprint, part.sha256) for part in parts],
            )

    def add_columns(
        self, *, source: str, stream: str, fingerprint: str, columns: Sequence[str]
    ) -> tuple[str, ...]:
        """Remember the columns of a file; returns those that earlier files of its kind did not have.

        Of the first file none is new.
        """
        kind = (source, stream, fingerprint)
        rows = self._db.execute(
            "select name from file_columns where source = ? and stream = ? and fingerprint = ?",
            kind,
        ).fetchall()
        known = {row["name"] for row in rows}
        new = tuple(name for name in columns if name not in known)
        if new:
            with self.transaction():
                self._db.executemany(
                    "insert into file_columns (source, stream, fingerprint, name) values (?,?,?,?)",
                    [(*kind, name) for name in new],
                )
        return new if known else ()

    # files set aside

    def set_aside(self, fault: RejectedFile, *, run_id: str, file: SeenFile) -> None:
        """Enter a file that was not landed; as it is, it is not tried again."""
        with self.transaction():
            self._db.execute(
                "update set_aside set resolved_by = ? where source = ? and stream = ? and path = ? "
                "and resolved_by is null",
                (run_id, fault.source, fault.stream, fault.file),
            )
            self._db.execute(
                "insert into set_aside (source, stream, path, sha256, fingerprint, reason, "
                "run_id, at) "
                "values (?,?,?,?,?,?,?,?)",
                (
                    fault.source,
                    fault.stream,
                    fault.file,
                    file.sha256,
                    file.fingerprint,
                    fault.reason,
                    run_id,
                    _text(_now()),
                ),
            )
            self._note_seen(fault.source, fault.stream, file)

    def open_set_aside(self) -> list[RejectedFile]:
        """Files that are still set aside."""
        rows = self._db.execute(
            "select source, stream, path as file, reason from set_aside where resolved_by is null "
            "order by source, stream, path"
        ).fetchall()
        return [RejectedFile(**dict(row)) for row in rows]

    # quarantine

    def quarantined_parts(self, *, only_open: bool) -> list[tuple[str, str, str, int, str]]:
        """(source, stream, load_id, part, path) of parts with quarantined rows."""
        rows = self._db.execute(
            "select f.source, f.stream, f.load_id, f.part, f.path from load_files f join loads l "
            "using (load_id) "
            "where f.rows_quarantined > 0 and (not ? or f.resolved_by is null) order by "
            "l.load_seq, f.part",
            (only_open,),
        ).fetchall()
        return [tuple(row) for row in rows]

    # refreshes

    def begin_refresh(self, run_id: str, *, full: bool, started_at: datetime | None = None) -> None:
        """Enter a refresh that starts; a step that is tried again enters it once."""
        with self.transaction():
            self._db.execute(
                "insert into refreshes (run_id, started_at, full) values (?,?,?) "
                "on conflict (run_id) do update set full = excluded.full",
                (run_id, _text(started_at or _now()), int(full)),
            )

    def end_refresh(
        self,
        run_id: str,
        *,
        verdict: str,
        release_id: str | None = None,
        error: str | None = None,
        detail: Mapping[str, Any] | None = None,
        ended_at: datetime | None = None,
    ) -> None:
        """Enter how a refresh ended."""
        with self.transaction():
            self._db.execute(
                "update refreshes set ended_at = ?, verdict = ?, release_id = ?, error = ?, "
                "detail = ? "
                "where run_id = ?",
                (
                    _text(ended_at or _now()),
                    verdict,
                    release_id,
                    error,
                    json.dumps(dict(detail or {}), default=str),
                    run_id,
                ),
            )

    def drop_refresh(self, run_id: str) -> None:
        """Take out a refresh that found nothing to do."""
        with self.transaction():
            self._db.execute("delete from refreshes where run_id = ?", (run_id,))

    def unfinished_refreshes(self) -> list[str]:
        """Runs that began and never said how they ended: killed, unless they run now."""
        rows = self._db.execute(
            "select run_id from refreshes where ended_at is null order by started_at"
        ).fetchall()
        return [str(row[0]) for row in rows]

    def refreshes(self, *, limit: int = 20) -> list[Refresh]:
        """The last refreshes, newest first."""
        rows = self._db.execute(
            "select * from refreshes order by started_at desc, rowid desc limit ?", (limit,)
        ).fetchall()
        return [_refresh(row) for row in rows]

    def refresh(self, run_id: str) -> Refresh | None:
        """One refresh, or None."""
        row = self._db.execute("select * from refreshes where run_id = ?", (run_id,)).fetchone()
        return _refresh(row) if row is not None else None


def original_of(path: str) -> str:
    """The file that `x.mended.csv` holds mended rows of: `x.csv`."""
    folder, slash, file = path.rpartition("/")
    return folder + slash + file.replace(".mended.", ".", 1)


def _refresh(row: sqlite3.Row) -> Refresh:
    return Refresh(
        run_id=row["run_id"],
        started_at=_time(row["started_at"]) or datetime.min,
        ended_at=_time(row["ended_at"]),
        verdict=row["verdict"],
        release_id=row["release_id"],
        full=bool(row["full"]),
        error=row["error"],
        detail=json.loads(row["detail"] or "{}"),
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _text(moment: datetime | None) -> str | None:
    """A naive UTC time as text that sorts."""
    if moment is None:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(sep=" ", timespec="microseconds")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
