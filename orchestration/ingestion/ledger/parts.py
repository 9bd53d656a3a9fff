"""Table `load_files`: which file gave which rows to which load.

A part is one file read by one selection. Its rows count until another part replaces it, or the gate
quarantines its load. Loads as wholes belong to `loads`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.core.records import Load
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.times import from_text, to_text
from orchestration.ingestion.ledger.unnamed_streams import NAMED
from orchestration.ingestion.repaired_files import original_of

COUNTS = (
    "f.replaced_by is null and not exists (select 1 from quarantined_loads q "
    f"where q.load_id = f.load_id and q.reinstated_by is null) and {NAMED}"
)
"""Condition on a row `f` of load_files: nothing has replaced it, its load is not quarantined, its stream is named."""

_SAME_FILE = (
    "f.source = s.source and f.stream = s.stream and f.fingerprint = s.fingerprint "
    "and f.sha256 = s.sha256"
)
"""Condition on rows `f` of load_files and `s` of seen_files: the same bytes, read by the same mapping."""


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
    """A part whose rows count, with what distinguishes its versions from others."""

    load_id: str
    load_seq: int
    part: int
    path: str
    fingerprint: str
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
class QuarantinedPart:
    """A part with rows in quarantine."""

    source: str
    stream: str
    load_id: str
    part: int
    path: str


def add_part(ledger: Ledger, load: Load, part: FilePart) -> None:
    """Enter a part of a load; earlier quarantined rows of the same file are resolved by it."""
    with ledger.transaction():
        for path in {part.path, original_of(part.path)}:
            ledger.execute(
                "update load_files set resolved_by = ? where source = ? and stream = ? "
                "and path = ? and resolved_by is null and load_id <> ?",
                (load.load_id, load.source, load.stream, path, load.load_id),
            )
        values = {
            "load_id": load.load_id,
            "source": load.source,
            "stream": load.stream,
            **vars(part),
            "business_max": to_text(part.business_max),
        }
        ledger.execute(
            f"insert into load_files ({', '.join(values)}) "
            f"values ({', '.join('?' for _ in values)})",
            tuple(values.values()),
        )


def replace_parts(
    ledger: Ledger, parts: Sequence[ActivePart], *, by: str, is_final: bool = False
) -> None:
    """Take parts out of the data; their files stay on disk. `by` names the load or run that did it.

    Of their inbox files nothing counts then, so that these are no longer known: they land again once their mapping is
    what it was. `is_final`: they are not read again.
    """
    with ledger.transaction():
        ledger.executemany(
            "update load_files set replaced_by = ?, resolved_by = coalesce(resolved_by, ?) "
            "where load_id = ? and part = ?",
            [(by, by, part.load_id, part.part) for part in parts],
        )
        if is_final:
            return
        ledger.executemany(
            "delete from seen_files as s where exists (select 1 from load_files f where f.load_id = ? "
            f"and f.part = ? and {_SAME_FILE}) and not exists (select 1 from load_files f "
            f"where f.replaced_by is null and {_SAME_FILE})",
            [(part.load_id, part.part) for part in parts],
        )


def active_parts(ledger: Ledger, *, source: str, stream: str) -> list[ActivePart]:
    """Parts of a stream whose rows count."""
    rows = ledger.execute(
        "select load_id, part, path, sha256, fingerprint from load_files f "
        f"where source = ? and stream = ? and {COUNTS} order by load_id, part",
        (source, stream),
    ).fetchall()
    return [ActivePart(**dict(row)) for row in rows]


def parts_of_load(ledger: Ledger, load_id: str) -> list[ActivePart]:
    """Parts of a load that nothing has replaced."""
    rows = ledger.execute(
        "select load_id, part, path, sha256, fingerprint from load_files "
        "where load_id = ? and replaced_by is null order by part",
        (load_id,),
    ).fetchall()
    return [ActivePart(**dict(row)) for row in rows]


def stream_parts(ledger: Ledger, *, source: str, stream: str) -> list[StreamPart]:
    """Parts of a stream whose rows count, in the order in which they landed."""
    rows = ledger.execute(
        "select f.load_id, l.load_seq, f.part, f.path, f.fingerprint, f.rows_landed, "
        "f.rows_quarantined = 0 or f.resolved_by is not null as is_settled "
        "from load_files f join loads l using (load_id) "
        f"where f.source = ? and f.stream = ? and {COUNTS} order by l.load_seq, f.part",
        (source, stream),
    ).fetchall()
    return [StreamPart(**{**dict(row), "is_settled": bool(row["is_settled"])}) for row in rows]


def counted_parts(ledger: Ledger) -> list[CountedPart]:
    """Every part that nothing has replaced, of all named streams, with its counts at landing."""
    rows = ledger.execute(
        "select f.load_id, f.part, f.source, f.stream, f.path, l.landed_at, f.rows_landed, "
        "f.rows_quarantined from load_files f join loads l using (load_id) "
        f"where f.replaced_by is null and {NAMED} order by l.load_seq, f.part"
    ).fetchall()
    return [CountedPart(**{**dict(row), "landed_at": from_text(row["landed_at"])}) for row in rows]


def quarantined_parts(ledger: Ledger, *, only_open: bool) -> list[QuarantinedPart]:
    """Parts of named streams with quarantined rows; `only_open` leaves out those that a later file has resolved."""
    rows = ledger.execute(
        "select f.source, f.stream, f.load_id, f.part, f.path from load_files f join loads l "
        f"using (load_id) where f.rows_quarantined > 0 and (not ? or f.resolved_by is null) and {NAMED} "
        "order by l.load_seq, f.part",
        (only_open,),
    ).fetchall()
    return [QuarantinedPart(**dict(row)) for row in rows]


def resolved_row_counts(ledger: Ledger) -> dict[str, int]:
    """Load to how many of its quarantined rows a later file has resolved."""
    rows = ledger.execute(
        "select load_id, sum(rows_quarantined) as resolved from load_files "
        "where resolved_by is not null and rows_quarantined > 0 group by load_id"
    ).fetchall()
    return {row["load_id"]: int(row["resolved"]) for row in rows}


def resolved_loads(ledger: Ledger) -> frozenset[str]:
    """Loads all of whose files have come again since: what was wrong with them is past."""
    rows = ledger.execute(
        "select load_id from load_files group by load_id having count(*) = count(resolved_by)"
    ).fetchall()
    return frozenset(row["load_id"] for row in rows)


def record_rewritten_files(ledger: Ledger, files: Mapping[str, Path]) -> None:
    """Recognise files of an inbox that were rewritten in place: old checksum to file."""
    with ledger.transaction():
        for before, path in files.items():
            stat = path.stat()
            after = hashlib.sha256(path.read_bytes()).hexdigest()
            for table in ("seen_files", "load_files"):
                ledger.execute(
                    f"update {table} set sha256 = ?, size = ?, mtime_ns = ? where sha256 = ?",
                    (after, stat.st_size, stat.st_mtime_ns, before),
                )
