"""Both databases of a candidate, opened read-only as dbt names them.

Writing to them does not belong here (see `results`), nor does what is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Databases:
    """The files of a candidate or a release. Every connection is closed before a check ends, so
    that the files can be copied and hashed afterwards.
    """

    warehouse: Path
    marts: Path
    memory_limit: str = "1500MB"

    @classmethod
    def of(cls, directory: Path, *, memory_limit: str = "1500MB") -> Databases:
        """Those in a candidate's or a release's folder."""
        return cls(
            warehouse=directory / "warehouse.duckdb",
            marts=directory / "marts.duckdb",
            memory_limit=memory_limit,
        )

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What DuckDB raises."""
        import duckdb

        return (duckdb.Error,)

    @contextmanager
    def open(self) -> Iterator[DuckDBPyConnection]:
        """A connection with `warehouse` and `marts` attached read-only, its time zone UTC."""
        import duckdb

        with duckdb.connect(config={"memory_limit": self.memory_limit}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for name, path in (("warehouse", self.warehouse), ("marts", self.marts)):
                quoted = str(path).replace("'", "''")
                connection.execute(f"attach '{quoted}' as {name} (read_only)")
            yield connection


def identifier(name: str) -> str:
    """A name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A value of a declaration as SQL: numbers as they are, all else as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
