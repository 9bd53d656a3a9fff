"""The Parquet files of a load, written from its buffer: landed rows and quarantined rows."""

from __future__ import annotations

from pathlib import Path

from orchestration.core import duckdb_session
from orchestration.ingestion.ledger.load_record import RECORD_KEY, LoadRecord
from orchestration.ingestion.load_buffer import LoadBuffer, text_by_part

ROW_GROUP = 122_880


def write_landing(buffer: LoadBuffer, target: Path, *, record: LoadRecord) -> None:
    """Write the valid rows, in file order, with the columns that ingestion adds and `_part`.

    `record` becomes the file's metadata: what the ledger knows of the load.
    """
    load = record.load
    names = ", ".join(duckdb_session.name(column.name) for column in buffer.stream.columns)
    buffer.connection.execute(
        f"""
        copy (
            select {names},
                {duckdb_session.literal(buffer.source)} as _source,
                {duckdb_session.literal(buffer.key_source)} as _key_source,
                {duckdb_session.literal(load.load_id)} as _load_id,
                cast({load.load_seq} as bigint) as _load_seq,
                timestamp '{load.landed_at}' as _loaded_at,
                {buffer.file_of("_part")} as _file,
                _line, _is_deleted, _extra, _part
            from staged where _kept and _fault is null
        ) to {duckdb_session.literal(str(target))}
        (
            format parquet, compression zstd, row_group_size {ROW_GROUP},
            kv_metadata {{{RECORD_KEY}: {duckdb_session.literal(record.to_json())}}}
        )
        """
    )


def write_quarantine(buffer: LoadBuffer, target: Path, *, load_id: str) -> None:
    """Write the quarantined rows, with the header of their file."""
    header = text_by_part(buffer.headers, "_part") if buffer.headers else "cast(null as varchar)"
    buffer.connection.execute(
        f"""
        copy (
            select {duckdb_session.literal(buffer.source)} as source,
                {duckdb_session.literal(buffer.stream.name)} as stream,
                {duckdb_session.literal(load_id)} as load_id, {buffer.file_of("_part")} as file,
                line, reason, raw, raw_bytes, {header} as header, _part as part
            from quarantined order by _part, line
        ) to {duckdb_session.literal(str(target))} (format parquet, compression zstd)
        """
    )
