"""Rows of hundreds or thousands of cells, split here into what a mapping reads and one JSON text of all else.

DuckDB plans a file of 20,000 columns for seconds, and keeps two thousand rows of every column in memory. Which
rows a file has belongs to its reader; formats that DuckDB reads by column are narrowed by `wide_files`.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.core import duckdb_session
from orchestration.ingestion.formats.csv_record import Dialect, read_record
from orchestration.ingestion.formats.file_rows import (
    BROKEN,
    IS_BARE,
    LINE,
    PRESENT,
    ROW_NUMBER,
    SPARE,
)
from orchestration.ingestion.formats.structure import Structure
from orchestration.ingestion.formats.text_windows import LARGEST_RECORD

_BATCH_BYTES = 32 << 20

Cells = Sequence[str | None]


def narrow_rows(
    rows: Iterable[tuple[int, int, Cells]],
    *,
    names: Sequence[str],
    used: Sequence[str],
    nulls: Sequence[str],
    target: Path,
) -> str:
    """A SELECT of the columns `used` of `rows`, and of the JSON of all others; the rows are written to `target`.

    A row is its number (from 1), its line and its cells, as many as there are `names`.
    """
    schema = pa.schema(
        [
            *((name, pa.string()) for name in used),
            (ROW_NUMBER, pa.int64()),
            (LINE, pa.int64()),
            (PRESENT, pa.int32()),
            (BROKEN, pa.string()),
            (SPARE, pa.string()),
            (IS_BARE, pa.bool_()),
        ]
    )
    position = {name: index for index, name in enumerate(names)}
    picked = [position[name] for name in used]
    spare = [(name, index) for name, index in position.items() if index not in set(picked)]
    empty = {"", *(token.strip() for token in nulls)}
    with pq.ParquetWriter(target, schema) as writer:
        batch: list[list[object]] = []
        held = 0
        for number, line, cells in rows:
            rest = {name: _filled(cells[index], empty) for name, index in spare}
            text = json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
            is_bare = all(value is None for value in rest.values())
            batch.append(
                [*(cells[index] for index in picked), number, line, 1, None, text, is_bare]
            )
            held += len(text)
            if held > _BATCH_BYTES:
                writer.write_table(_table(batch, schema))
                batch, held = [], 0
        if batch:
            writer.write_table(_table(batch, schema))
    return f"select * from read_parquet({duckdb_session.file(target)})"


def text_rows(
    path: Path, structure: Structure, dialect: Dialect, *, width: int
) -> Iterator[tuple[int, int, list[str | None]]]:
    """The sound records of a delimited text file, as `narrow_rows` takes them; short ones are filled up to `width`."""
    if not structure.good_records:
        return
    stops = np.append(structure.starts[1:], structure.size)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        for ordinal in np.flatnonzero(structure.good).tolist():
            start, stop = int(structure.starts[ordinal]), int(stops[ordinal])
            cells = _cells(view[start:stop].rstrip(b"\r\n"), dialect)
            cells += [None] * (width - len(cells))
            yield ordinal + 1, int(structure.lines[ordinal]), cells


def _cells(raw: bytes, dialect: Dialect) -> list[str | None]:
    if dialect.quote is None or dialect.quote not in raw:
        return list(raw.decode().split(chr(dialect.delimiter)))
    record = read_record(raw, 0, dialect=dialect, limit=LARGEST_RECORD)
    return [value.decode() for value in record.values]


def _filled(cell: str | None, empty: set[str]) -> str | None:
    value = (cell or "").strip(" ")
    return None if value in empty else value


def _table(batch: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    columns = zip(*batch, strict=True)
    return pa.table(
        [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
