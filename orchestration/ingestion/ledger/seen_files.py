"""Table `seen_files`: files that need not be read again while their size and time stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import ActivePart


@dataclass(frozen=True)
class SeenFile:
    """A file that was read, or is a copy of one, under one mapping (`fingerprint`)."""

    path: str
    size: int
    mtime_ns: int
    sha256: str
    fingerprint: str


def seen_files(ledger: Ledger, *, source: str, stream: str) -> dict[tuple[str, str], SeenFile]:
    """What is known of a stream's files, by (fingerprint, path)."""
    rows = ledger.execute(
        "select path, size, mtime_ns, sha256, fingerprint from seen_files "
        "where source = ? and stream = ?",
        (source, stream),
    ).fetchall()
    return {(row["fingerprint"], row["path"]): SeenFile(**dict(row)) for row in rows}


def record_seen_file(ledger: Ledger, file: SeenFile, *, source: str, stream: str) -> None:
    """Enter that a file was read, or is a copy of one that was."""
    with ledger.transaction():
        ledger.execute(
            "insert into seen_files (source, stream, fingerprint, path, size, mtime_ns, sha256) "
            "values (?,?,?,?,?,?,?) on conflict (source, stream, fingerprint, path) do update set "
            "size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256",
            (source, stream, file.fingerprint, file.path, file.size, file.mtime_ns, file.sha256),
        )


def forget_seen_files(
    ledger: Ledger, parts: Sequence[ActivePart], *, source: str, stream: str
) -> None:
    """Forget that the files of these parts were seen, so that the next scan reads them again."""
    with ledger.transaction():
        ledger.executemany(
            "delete from seen_files where source = ? and stream = ? and fingerprint = ? "
            "and sha256 = ?",
            [(source, stream, part.fingerprint, part.sha256) for part in parts],
        )
