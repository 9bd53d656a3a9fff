"""Files of hundreds or thousands of columns, narrowed to those that a mapping reads.

One query over all columns of such a file takes memory and time that grow faster than its columns. Here the
columns that nothing reads are gathered into one JSON text, some hundred at a time, before the file is mapped.
Reading a file's columns belongs to the readers of its format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.ingestion.formats.file_rows import (
    BROKEN,
    IS_BARE,
    LINE,
    PRESENT,
    ROW_NUMBER,
    SPARE,
    WIDE,
    FileRows,
    cleaned,
)

_AT_ONCE = 250


def narrowed(
    rows: FileRows,
    *,
    needed: Sequence[str],
    nulls: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> FileRows:
    """`rows` with a column for each of `needed` and one for all others, where they are many; else as they are."""
    if rows.extra_from is not None or rows.spare is not None or len(rows.columns) <= WIDE:
        return rows
    used = rows.used(needed)
    spare = [column.name for column in rows.columns if column.name not in set(used)]
    connection.execute(
        "create or replace temp table spare_columns (n bigint, part integer, json varchar, is_bare boolean)"
    )
    for part, names in enumerate(_batches(spare)):
        values = {name: cleaned(name, nulls) for name in names}
        pairs = ", ".join(f"{duckdb_session.literal(n)}, {value}" for n, value in values.items())
        connection.execute(
            f"insert into spare_columns select {ROW_NUMBER}, {part}, cast(json_object({pairs}) as varchar), "
            f"coalesce({', '.join(values.values())}) is null "
            f"from ({rows.selecting(names)})"
        )
    target = scratch / "narrowed.parquet"
    kept = "".join(f"r.{duckdb_session.name(name)}, " for name in used)
    connection.execute(
        f"copy (select {kept}r.{ROW_NUMBER}, r.{LINE}, r.{PRESENT}, r.{BROKEN}, "
        f"s.json as {SPARE}, s.is_bare as {IS_BARE} from ({rows.selecting(used)}) as r left join ("
        "select n, '{' || string_agg(substr(json, 2, length(json) - 2), ',' order by part) || '}' as json, "
        f"bool_and(is_bare) as is_bare from spare_columns group by n) as s on r.{ROW_NUMBER} = s.n) "
        f"to {duckdb_session.literal(str(target))} (format parquet)"
    )
    connection.execute("drop table spare_columns")
    return replace(
        rows, relation=f"select * from read_parquet({duckdb_session.file(target)})", spare=SPARE
    )


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
