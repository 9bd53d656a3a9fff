"""Rows of one file that go to quarantine: records that cannot be read, and rows that break the contract.

They keep their bytes, their line and the reason. Deciding which rows those are belongs to `structure`
and `contract_checks`.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from orchestration.ingestion.formats.file_rows import FileRows, raw_texts

QUARANTINED_COLUMNS = "_part integer, line bigint, reason varchar, raw varchar, raw_bytes blob"


def quarantine_rejects(connection: duckdb.DuckDBPyConnection, rows: FileRows, part: int) -> None:
    """Add the records that cannot be read to table `quarantined`."""
    if not rows.rejects:
        return
    raw = raw_texts(rows, [reject.ordinal + 1 for reject in rows.rejects])
    lines = pa.array([reject.line for reject in rows.rejects], type=pa.int64())
    reasons = pa.array([reject.reason for reject in rows.rejects], type=pa.string())
    _add(connection, pa.table({"line": lines, "reason": reasons, "bytes": raw}), part)


def quarantine_faults(connection: duckdb.DuckDBPyConnection, rows: FileRows, part: int) -> None:
    """Add the rows of table `staged` that break the contract to table `quarantined`."""
    faulty = "from staged where _part = ? and _kept and _fault is not null"
    if rows.structure is None:
        connection.execute(
            "insert into quarantined select _part, _line, _fault, _raw, null "
            f"{faulty} order by _line",
            [part],
        )
        return
    faults = connection.execute(
        f"select _row_number, _line, _fault {faulty} order by _line", [part]
    ).to_arrow_table()
    if not faults.num_rows:
        return
    raw = raw_texts(rows, faults["_row_number"].to_pylist())
    _add(
        connection,
        pa.table({"line": faults["_line"], "reason": faults["_fault"], "bytes": raw}),
        part,
    )


def _add(connection: duckdb.DuckDBPyConnection, table: pa.Table, part: int) -> None:
    """Bytes that are valid text are kept as text, others as both."""
    connection.register("invalid_rows", table)
    connection.execute(
        f"""
        insert into quarantined
        select {part}, line, reason, coalesce(text, cast(bytes as varchar)),
            case when text is null then bytes end
        from (
            select line, reason, cast(bytes as blob) as bytes,
                try(decode(cast(bytes as blob))) as text
            from (select line, reason, bytes from invalid_rows)
        )
        """
    )
    connection.unregister("invalid_rows")
