"""Keys of the rows that a selection's `where` leaves out, kept beside the load that read them.

A row that was taken once and is left out in a newer version has left the selection; which rows those are belongs to
`left_out_versions`. A key is kept as a digest, since nothing but its equality is needed.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.core import duckdb_session
from orchestration.core.records import Load
from orchestration.ingestion.load_buffer import LoadBuffer
from orchestration.settings import Home
from orchestration.settings.contract import StreamContract

NO_TIME = "timestamp '-infinity'"


def left_out_file(home: Home, load: Load) -> Path:
    """The file of the keys that a load left out; there is none where it left out none."""
    return home.left_out_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"


def key_digest(stream: StreamContract, source: str) -> str:
    """SQL of 64 bits of a row's source and key; `source` is SQL."""
    parts = [
        source,
        *(f"coalesce(cast({duckdb_session.name(k)} as varchar), '')" for k in stream.keys),
    ]
    return f"md5_number_lower({' || chr(31) || '.join(parts)})"


def changed_at(stream: StreamContract) -> str:
    """SQL of the time (as the source gives it) that distinguishes versions; before all others where it is unknown."""
    if stream.newest_by is None:
        return NO_TIME
    return f"coalesce(cast({duckdb_session.name(stream.newest_by)} as timestamp), {NO_TIME})"


def leaves_out(buffer: LoadBuffer) -> bool:
    """Whether the load has rows that a `where` left out."""
    row = buffer.connection.execute("select bool_or(_left_out) from staged").fetchone()
    return bool(row and row[0])


def write_left_out(buffer: LoadBuffer, target: Path, *, load: Load) -> None:
    """Write one row per file and key that was left out, with the newest time of change.

    A key of which the file has a row that is taken, as new as those left out, is not left out: of rows of one order
    that are lines, one line may be. `in_file_only`: some key of the file has rows of both kinds, so that its rows are
    no versions of their keys, and what it leaves out says nothing of other files.
    """
    digest = key_digest(buffer.stream, duckdb_session.literal(buffer.source))
    buffer.connection.execute(
        f"""
        copy (
            with keys as (
                select {digest} as key, _part as part, {changed_at(buffer.stream)} as changed_at,
                    _left_out, _kept and _fault is null as is_taken
                from staged where _left_out or (_kept and _fault is null)
            ),
            versions as (
                select part, key, bool_or(_left_out) and bool_or(is_taken) as is_mixed,
                    max(changed_at) filter (_left_out) as changed_at,
                    max(changed_at) filter (is_taken) as taken_at
                from keys group by part, key having bool_or(_left_out)
            ),
            marked as (
                select *, bool_or(is_mixed) over (partition by part) as in_file_only from versions
            )
            select {duckdb_session.literal(load.load_id)} as load_id,
                cast({load.load_seq} as bigint) as load_seq, part,
                {buffer.file_of("part")} as file, key, changed_at, in_file_only
            from marked where taken_at is null or changed_at > taken_at
        ) to {duckdb_session.literal(str(target))} (format parquet, compression zstd)
        """
    )
