"""Table `file_columns`: which columns the files of a mapping have had, so that new ones are noticed."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.ingestion.ledger.connection import Ledger


def record_file_columns(
    ledger: Ledger, *, source: str, stream: str, fingerprint: str, columns: Sequence[str]
) -> tuple[str, ...]:
    """Enter the columns of a file; returns those that earlier files of the same mapping lacked.

    None is new in the first file.
    """
    mapping = (source, stream, fingerprint)
    rows = ledger.execute(
        "select name from file_columns where source = ? and stream = ? and fingerprint = ?",
        mapping,
    ).fetchall()
    known = {row["name"] for row in rows}
    new = tuple(name for name in columns if name not in known)
    if new:
        with ledger.transaction():
            ledger.executemany(
                "insert into file_columns (source, stream, fingerprint, name) values (?,?,?,?)",
                [(*mapping, name) for name in new],
            )
    return new if known else ()
