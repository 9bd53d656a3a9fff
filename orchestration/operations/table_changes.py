"""Which tables of two releases have different rows, counted in DuckDB.

Only counts leave this module, never a row. What a change means for a metric does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.publication.layout import MARTS, WAREHOUSE
from orchestration.quality.databases import identifier

if TYPE_CHECKING:
    import duckdb

SEEDS = "seeds"


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """A table (`schema.table`) that differs. A side without the table has no `rows_…`."""

    table: str
    rows_before: int | None
    rows_after: int | None
    only_before: int = 0
    """Rows that only the older side has, each counted as often as it occurs."""
    only_after: int = 0
    columns_gone: tuple[str, ...] = ()
    columns_new: tuple[str, ...] = ()


def table_changes(before: Path, after: Path, *, marts: Iterable[str]) -> tuple[TableChange, ...]:
    """Seeds and `marts` (`schema.table`) that differ between two folders of databases, by name.

    Doubles count as equal where six decimals are: sums differ in their last digit with the order of rows.
    """
    import duckdb

    changes: list[TableChange] = []
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        for side, folder in (("before", before), ("after", after)):
            for database in (MARTS, WAREHOUSE):
                path = str(folder / database).replace("'", "''")
                name = f"{side}_{database.removesuffix('.duckdb')}"
                connection.execute(f"attach '{path}' as {name} (read_only)")
        columns = {side: _columns(connection, side) for side in ("before", "after")}
        seeds = {t for side in columns.values() for t in side if t.startswith(f"{SEEDS}.")}
        for table in sorted({*marts, *seeds}):
            sides = columns["before"].get(table), columns["after"].get(table)
            change = _change(connection, table, sides[0] or {}, sides[1] or {})
            if change is not None:
                changes.append(change)
    return tuple(changes)


def _columns(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """Table (`schema.table`) to its columns and their types; private schemas but seeds are left out."""
    rows = connection.execute(
        "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal order by all"
    ).fetchall()
    columns: dict[str, dict[str, str]] = {}
    for database, schema, table, column, kind in rows:
        wanted = f"{side}_warehouse" if schema == SEEDS else f"{side}_marts"
        if database == wanted:
            columns.setdefault(f"{schema}.{table}", {})[column] = kind
    return columns


def _change(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> TableChange | None:
    both = [column for column in before if column in after]
    rows = [
        _count(connection, _named(side, table)) if columns else None
        for side, columns in (("before", before), ("after", after))
    ]
    gone = tuple(column for column in before if column not in after)
    new = tuple(column for column in after if column not in before)
    if not both:
        if rows == [None, None]:
            return None
        return TableChange(
            table=table,
            rows_before=rows[0],
            rows_after=rows[1],
            only_before=rows[0] or 0,
            only_after=rows[1] or 0,
        )
    listed = ", ".join(
        f"round({identifier(column)}, 6)" if before[column] == "DOUBLE" else identifier(column)
        for column in both
    )
    left, right = (f"select {listed} from {_named(side, table)}" for side in ("before", "after"))
    same = _digest(connection, left) == _digest(connection, right)
    if same and not gone and not new:
        return None
    return TableChange(
        table=table,
        rows_before=rows[0],
        rows_after=rows[1],
        only_before=0 if same else _count(connection, f"({left} except all {right})"),
        only_after=0 if same else _count(connection, f"({right} except all {left})"),
        columns_gone=gone,
        columns_new=new,
    )


def _named(side: str, table: str) -> str:
    schema, name = table.split(".")
    database = "warehouse" if schema == SEEDS else "marts"
    return f"{side}_{database}.{identifier(schema)}.{identifier(name)}"


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def _digest(connection: duckdb.DuckDBPyConnection, select: str) -> object:
    """The same for the same rows in any order: one pass instead of a sort of both sides."""
    return connection.execute(
        f"select count(*), sum(cast(hash(rows) as hugeint)) from ({select}) as rows"
    ).fetchone()
