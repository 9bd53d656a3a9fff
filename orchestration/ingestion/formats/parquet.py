"""Reader of Parquet files: typed columns come as ISO text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.ingestion.formats import file_rows

_EXACT_BELOW = {"DOUBLE": 2**53, "FLOAT": 2**24}
"""Type to the whole number from which on not all have a fraction of their own."""
_FLOAT_DIGITS = 8
"""Digits behind the point of an exponent that give a number of four bytes back."""


def parquet_rows(path: Path, *, connection: duckdb.DuckDBPyConnection) -> file_rows.FileRows:
    """A Parquet file."""
    file = duckdb_session.file(path)
    counted = connection.execute(
        f"select sum(num_rows) from parquet_file_metadata({file})"
    ).fetchone()
    described = connection.execute(f"describe select * from read_parquet({file})").fetchall()
    described_columns = [(str(row[0]), str(row[1]).upper()) for row in described]
    names = file_rows.unique_names([name for name, _ in described_columns])
    cells = {
        name: f"{_as_text(duckdb_session.name(original), kind)} as {duckdb_session.name(name)}"
        for (original, kind), name in zip(described_columns, names, strict=True)
    }

    def subset(wanted: Sequence[str]) -> str:
        return (
            f"select {''.join(f'{cells[name]}, ' for name in wanted)}file_row_number + 1 as {file_rows.ROW_NUMBER}, "
            f"file_row_number + 1 as {file_rows.LINE}, 1 as {file_rows.PRESENT}, "
            f"cast(null as varchar) as {file_rows.BROKEN} "
            f"from read_parquet({file}, file_row_number = true)"
        )

    return file_rows.FileRows(
        relation=subset(names),
        columns=tuple(
            file_rows.FileColumn(name, is_text=kind == "VARCHAR")
            for (_, kind), name in zip(described_columns, names, strict=True)
        ),
        records=int(counted[0] or 0) if counted else 0,
        subset=subset,
    )


def _as_text(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return column
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({column}) as varchar)"
    if kind == "BLOB":
        # older writers do not say of a text that it is one
        return f"coalesce(try(decode({column})), hex({column}))"
    if kind in _EXACT_BELOW:
        # A column of whole numbers with gaps is often stored as fractions: id 2, not 2.0. Whole numbers
        # that may have been rounded show it, those of four bytes by an exponent.
        rounded = f"cast({column} as varchar)"
        if kind == "FLOAT":
            digits = f"format('{{:.{_FLOAT_DIGITS}e}}', cast({column} as double))"
            rounded = f"case when {column} = trunc({column}) then {digits} else {rounded} end"
        return (
            f"case when {column} = trunc({column}) and abs({column}) < {_EXACT_BELOW[kind]} "
            f"then cast(cast({column} as bigint) as varchar) "
            f"else {rounded} end"
        )
    if kind.startswith("DECIMAL"):
        return f"regexp_replace(cast({column} as varchar), '\\.0+$', '')"
    return f"cast({column} as varchar)"
