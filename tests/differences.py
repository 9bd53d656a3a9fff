"""Two builds of one company, compared table by table."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

_OF_THE_RUN = ("quality.assets", "quality.checks", "quality.loads", "quality.steps")
"""Tables about how a release was made, not about the company."""

_NAME = "release_id"
"""The column with the release of a row."""


def table_differences(
    first: Path, second: Path, *, at_least: int = 31, without: Collection[str] = ()
) -> dict[str, int]:
    """Rows that one of two folders' public marts has and the other has not, by table.

    Each folder holds a `marts.duckdb`: two releases, or two candidates. Every metric by month is among
    the tables, of which there are `at_least` so many; `without` leaves some out.
    """
    with duckdb.connect() as connection:
        for name, folder in (("a", first), ("b", second)):
            connection.execute(f"attach '{folder / 'marts.duckdb'}' as {name} (read_only)")
        tables = {
            name: {
                f'"{row[0]}"."{row[1]}"'
                for row in connection.execute(
                    "select schema_name, table_name from duckdb_tables() where database_name = ?",
                    [name],
                ).fetchall()
                if f"{row[0]}.{row[1]}" not in (*_OF_THE_RUN, *without)
            }
            for name in ("a", "b")
        }
        assert tables["a"] == tables["b"]
        assert len(tables["a"]) >= at_least
        different = {}
        for table in sorted(tables["a"]):
            # Means are doubles, and sums of doubles differ in their last digit with the order of rows.
            described = connection.execute(f"describe a.{table}").fetchall()
            columns = ", ".join(
                f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'
                for name, kind, *_ in described
                if name != _NAME
            )
            first_rows, second_rows = (f"select {columns} from {name}.{table}" for name in "ab")
            row = connection.execute(
                f"select count(*) from (({first_rows} except all {second_rows}) union all "
                f"({second_rows} except all {first_rows}))"
            ).fetchone()
            if row and row[0]:
                different[table] = row[0]
    return different
