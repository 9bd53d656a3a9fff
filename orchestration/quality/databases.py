"""Both databases of a candidate, opened read-only as dbt names them.

Writing to them does not belong here (see `results`), nor do the queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.core.resource_limits import memory_limit
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.settings.phone_numbers import national_number

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 2
"""Modules of checks that run beside one another: much of a check is Python's own work, of which one core does one."""


def _memory_of_each() -> str:
    return memory_limit(share=1 / AT_ONCE)


@dataclass(frozen=True)
class Databases:
    """The files of a candidate or a release. Every connection is closed before a check ends, so
    that the files can be copied and hashed afterwards.
    """

    warehouse: Path
    marts: Path
    memory_limit: str = field(default_factory=_memory_of_each)

    @classmethod
    def of(cls, directory: Path) -> Databases:
        """Those in a candidate's or a release's folder."""
        return cls(warehouse=directory / "warehouse.duckdb", marts=directory / "marts.duckdb")

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What DuckDB raises."""
        import duckdb

        return (duckdb.Error,)

    @contextmanager
    def open(self) -> Iterator[DuckDBPyConnection]:
        """A connection with `warehouse` and `marts` attached read-only, its time zone UTC."""
        import duckdb

        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self.memory_limit,
            # Without a folder of its own DuckDB spills into the one that the command was run in.
            "temp_directory": str(self.marts.with_suffix(".spill")),
        }
        with duckdb.connect(config=config) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for name, path in (("warehouse", self.warehouse), ("marts", self.marts)):
                quoted = str(path).replace("'", "''")
                connection.execute(f"attach '{quoted}' as {name} (read_only)")
            self._register(connection)
            yield connection

    def _register(self, connection: DuckDBPyConnection) -> None:
        """The key of hashed ids, and what a number looks like where the company is, for `newest` ids."""
        key = PrivacyKey.from_environment()
        if key is not None:
            key.register(connection)
        try:
            row = connection.execute("select country from warehouse.landing.settings").fetchone()
        except self.errors:
            row = None  # a warehouse without landing has no ids
        pattern = national_number(str(row[0]) if row else "")
        connection.execute(f"set variable embudo_national_number = {literal(pattern)}")


NATIONAL_NUMBER = "getvariable('embudo_national_number')"
"""SQL of the pattern of numbers without a prefix, in a connection that `Databases.open` made."""


def company_zone(connection: DuckDBPyConnection) -> str:
    """The company's time zone, as the candidate's settings have it."""
    row = connection.execute("select time_zone from warehouse.landing.settings").fetchone()
    return str(row[0]) if row else "UTC"


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
