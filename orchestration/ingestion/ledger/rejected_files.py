"""Table `rejected_files`: files that could not be landed, until they come again."""

from __future__ import annotations

from orchestration.core.records import RejectedFile
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.seen_files import SeenFile, record_seen_file
from orchestration.ingestion.ledger.times import to_text, utc_now
from orchestration.ingestion.ledger.unnamed_streams import NAMED
from orchestration.ingestion.repaired_files import original_of


def reject_file(ledger: Ledger, rejected: RejectedFile, *, run_id: str, file: SeenFile) -> None:
    """Enter a file that was not landed; it is not tried again while it stays as it is."""
    with ledger.transaction():
        _resolve(ledger, rejected.source, rejected.stream, rejected.file, by=run_id)
        ledger.execute(
            "insert into rejected_files "
            "(source, stream, path, sha256, fingerprint, reason, run_id, rejected_at) "
            "values (?,?,?,?,?,?,?,?)",
            (
                rejected.source,
                rejected.stream,
                rejected.file,
                file.sha256,
                file.fingerprint,
                rejected.reason,
                run_id,
                to_text(utc_now()),
            ),
        )
        record_seen_file(ledger, file, source=rejected.source, stream=rejected.stream)


def resolve_rejections(ledger: Ledger, *, source: str, stream: str, path: str, by: str) -> None:
    """Enter that a file has landed: earlier rejections of it, or of what it repairs, are resolved."""
    with ledger.transaction():
        for resolved in {path, original_of(path)}:
            _resolve(ledger, source, stream, resolved, by=by)


def _resolve(ledger: Ledger, source: str, stream: str, path: str, *, by: str) -> None:
    ledger.execute(
        "update rejected_files set resolved_by = ? where source = ? and stream = ? and path = ? "
        "and resolved_by is null",
        (by, source, stream, path),
    )


def open_rejected_files(ledger: Ledger) -> list[RejectedFile]:
    """Files of named streams that are still rejected."""
    rows = ledger.execute(
        "select source, stream, path as file, reason from rejected_files f "
        f"where resolved_by is null and {NAMED} order by source, stream, path"
    ).fetchall()
    return [RejectedFile(**dict(row)) for row in rows]
