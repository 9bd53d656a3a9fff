"""Table `loads`: every load that landed, in order.

A load enters in one transaction with its files, after its Parquet file is safe on disk. Which files
those are belongs to `parts`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from orchestration.core.records import Load
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import (
    COUNTS,
    ActivePart,
    FilePart,
    add_part,
    replace_parts,
)
from orchestration.ingestion.ledger.rejected_files import resolve_rejections
from orchestration.ingestion.ledger.seen_files import SeenFile, record_seen_file
from orchestration.ingestion.ledger.times import from_text, to_text


def next_load_seq(ledger: Ledger) -> int:
    """The number of the next load; numbers are never used twice."""
    row = ledger.execute("select coalesce(max(load_seq), 0) + 1 from loads").fetchone()
    return int(row[0])


def add_load(
    ledger: Ledger,
    load: Load,
    *,
    run_id: str,
    sha256: str,
    parts: Sequence[FilePart],
    replaced: Sequence[ActivePart] = (),
) -> None:
    """Enter a landed load, mark the parts it replaces, and resolve what it repairs; one transaction."""
    values = {
        **vars(load),
        "landed_at": to_text(load.landed_at),
        "run_id": run_id,
        "sha256": sha256,
    }
    del values["files"]
    with ledger.transaction():
        ledger.execute(
            f"insert into loads ({', '.join(values)}) values ({', '.join('?' for _ in values)})",
            tuple(values.values()),
        )
        for part in parts:
            add_part(ledger, load, part)
            resolve_rejections(
                ledger, source=load.source, stream=load.stream, path=part.path, by=load.load_id
            )
            seen = SeenFile(part.path, part.size, part.mtime_ns, part.sha256, part.fingerprint)
            record_seen_file(ledger, seen, source=load.source, stream=load.stream)
        replace_parts(ledger, replaced, by=load.load_id)


def record_rewritten_load(
    ledger: Ledger,
    load_id: str,
    *,
    sha256: str,
    size_bytes: int,
    landed: Mapping[int, int],
    quarantined: Mapping[int, int],
) -> None:
    """Enter that a load's files were rewritten with fewer rows (by part): the rest is skipped."""
    parts = ledger.execute("select part from load_files where load_id = ?", (load_id,)).fetchall()
    with ledger.transaction():
        for (part,) in parts:
            kept, rejected = landed.get(part, 0), quarantined.get(part, 0)
            ledger.execute(
                "update load_files set rows_landed = ?, rows_quarantined = ?, "
                "rows_skipped = rows_read - ? - ? where load_id = ? and part = ?",
                (kept, rejected, kept, rejected, load_id, part),
            )
        kept, rejected = sum(landed.values()), sum(quarantined.values())
        ledger.execute(
            "update loads set rows_landed = ?, rows_quarantined = ?, "
            "rows_skipped = rows_read - ? - ?, sha256 = ?, size_bytes = ? where load_id = ?",
            (kept, rejected, kept, rejected, sha256, size_bytes, load_id),
        )


def all_loads(
    ledger: Ledger, *, source: str | None = None, stream: str | None = None
) -> list[Load]:
    """All loads in order, replaced ones included."""
    rows = ledger.execute(
        "select * from loads where (? is null or source = ?) and (? is null or stream = ?) "
        "order by load_seq",
        (source, source, stream, stream),
    ).fetchall()
    return [_load(ledger, row) for row in rows]


def active_loads(ledger: Ledger) -> list[tuple[Load, tuple[int, ...]]]:
    """Loads of which some rows count, in order, with the parts that were replaced."""
    rows = ledger.execute(
        "select l.*, group_concat(case when f.replaced_by is not null then f.part end) as replaced "
        "from loads l join load_files f using (load_id) group by l.load_id "
        f"having count(*) filter (where {COUNTS}) > 0 order by l.load_seq"
    ).fetchall()
    return [
        (_load(ledger, row), tuple(int(p) for p in (row["replaced"] or "").split(",") if p))
        for row in rows
    ]


def load_digests(ledger: Ledger) -> dict[str, str]:
    """Load to the sha256 of its landed file."""
    rows = ledger.execute("select load_id, sha256 from loads order by load_seq").fetchall()
    return {row["load_id"]: row["sha256"] for row in rows}


def _load(ledger: Ledger, row: sqlite3.Row) -> Load:
    files = ledger.execute(
        "select distinct path from load_files where load_id = ? order by part", (row["load_id"],)
    ).fetchall()
    return Load(
        load_id=row["load_id"],
        load_seq=row["load_seq"],
        source=row["source"],
        stream=row["stream"],
        landed_at=from_text(row["landed_at"]),
        rows_read=row["rows_read"],
        rows_landed=row["rows_landed"],
        rows_quarantined=row["rows_quarantined"],
        rows_skipped=row["rows_skipped"],
        files=tuple(file["path"] for file in files),
        size_bytes=row["size_bytes"],
    )
