"""A release's marts, read-only: SQL in, Arrow tables out, answers cached.

A release never changes, so an answer is cached by its SQL until the cache is full. What SQL means, and
which SQL may be run, is for others: this module only makes sure that nothing can be written and that no
file but the release's is read.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.core.errors import EmbudoError, QueryInvalid, ReleaseCorrupt
from semantic_layer.query_limits import NO_LIMITS, QueryLimits, fetch

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CATALOG = "marts"
"""The name that the models give to the database; a release's file is named after it."""

_CACHE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class CacheUse:
    """How often an answer was cached already, and the bytes that are cached now."""

    hits: int
    misses: int
    size: int


class Warehouse:
    """Read-only connections to one `marts.duckdb`. Safe to share between threads."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        origin: Path | str,
        owned: bool,
        cache_bytes: int,
        limits: QueryLimits = NO_LIMITS,
    ) -> None:
        self._connection = connection
        self._origin = origin
        self._owned = owned
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, pa.Table] = OrderedDict()
        self._size = 0
        self._capacity = cache_bytes
        self._limits = limits
        self._hits = 0
        self._misses = 0

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        threads: int | None = None,
        memory_limit: str = "1GB",
        cache_bytes: int = _CACHE_BYTES,
        limits: QueryLimits = NO_LIMITS,
    ) -> Warehouse:
        """Open a release's `marts.duckdb`; all connections of a process share its memory limit."""
        import duckdb

        if not path.is_file():
            raise ReleaseCorrupt(
                f"{path} is missing, so this release cannot be read. `embudo releases` lists the "
                "others; `embudo refresh` makes a new one."
            )
        wal = path.with_name(f"{path.name}.wal")
        if wal.exists():
            raise ReleaseCorrupt(
                f"{wal} stands beside {path.name}: expected none beside a release, because DuckDB "
                "would replay it into every answer. Move it away, or `embudo rollback` to another release."
            )
        config: dict[str, str | bool | int | float | list[str]] = {
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": str(threads or min(4, os.cpu_count() or 1)),
            "memory_limit": memory_limit,
            # Not beside the release, which stays as it was published.
            "temp_directory": str(Path(tempfile.gettempdir()) / f"embudo-{os.getpid()}"),
        }
        try:
            connection = duckdb.connect(path, read_only=True, config=config)
            _lock_settings(connection)
        except duckdb.Error as error:
            raise ReleaseCorrupt(
                f"{path} cannot be opened read-only: {_message(error)}. `embudo releases` lists the "
                "others; `embudo rollback` returns to one of them."
            ) from error
        if (name := _database_name(connection)) != CATALOG:
            connection.close()
            raise ReleaseCorrupt(
                f"{path} is a database named `{name}`; models name it `{CATALOG}`, so "
                f"the file must be `{CATALOG}.duckdb`."
            )
        return cls(connection, origin=path, owned=True, cache_bytes=cache_bytes, limits=limits)

    @classmethod
    def borrow(cls, connection: duckdb.DuckDBPyConnection) -> Warehouse:
        """Use a connection that has the marts as `marts`; no answer is cached, for it may write."""
        return cls(connection, origin="the candidate", owned=False, cache_bytes=0)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """The answer of one statement, cached where it has no parameters (`?`).

        Raises `QueryInvalid` where it compares what cannot be compared, or passes the limits.
        """
        import duckdb

        with self._lock:
            if not parameters and (cached := self._answers.get(sql)) is not None:
                self._answers.move_to_end(sql)
                self._hits += 1
                return cached
            self._misses += 1
            cursor = self._connection.cursor()
        try:
            table = _plain(fetch(cursor, sql, parameters, limits=self._limits))
        except duckdb.CatalogException as error:
            raise ReleaseCorrupt(
                f"{self._origin} lacks what the metric definitions name: {_message(error)}. "
                "A full refresh (`embudo refresh --full`) builds it."
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise EmbudoError(
                f"The query needs more memory than it may use: {_message(error)}. Request fewer "
                "columns, a coarser grain or a shorter time."
            ) from error
        except duckdb.IOException as error:
            raise ReleaseCorrupt(f"{self._origin} cannot be read: {_message(error)}.") from error
        except duckdb.Error as error:
            raise QueryInvalid(f"DuckDB cannot run the query: {_message(error)}.") from error
        finally:
            cursor.close()
        if not parameters:
            self._store(sql, table)
        return table

    def _store(self, sql: str, table: pa.Table) -> None:
        size = int(table.nbytes) + len(sql)
        if size > self._capacity // 4:
            return
        with self._lock:
            if sql in self._answers:
                return
            self._answers[sql] = table
            self._size += size
            while self._size > self._capacity:
                old_sql, old = self._answers.popitem(last=False)
                self._size -= int(old.nbytes) + len(old_sql)

    @property
    def cache_use(self) -> CacheUse:
        """How well the cache serves, since the release was opened."""
        with self._lock:
            return CacheUse(hits=self._hits, misses=self._misses, size=self._size)

    def has_table(self, schema: str, name: str) -> bool:
        """True where the marts hold the table."""
        row = (
            self._connection.cursor()
            .execute(
                "select count(*) from information_schema.tables "
                "where table_catalog = ? and table_schema = ? and table_name = ?",
                [CATALOG, schema, name],
            )
            .fetchone()
        )
        return bool(row and row[0])

    def close(self) -> None:
        """Drop the answers, and close the connection unless it was borrowed."""
        with self._lock:
            self._answers.clear()
            self._size = 0
        if self._owned:
            self._connection.close()


def _database_name(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("select current_database()").fetchone()
    return str(row[0]) if row else ""


def _lock_settings(connection: duckdb.DuckDBPyConnection) -> None:
    """UTC, then no more changes. Connections of one process to one file share their settings."""
    import duckdb

    question = "select current_setting('lock_configuration')"
    try:
        if connection.execute(question).fetchone() != (True,):
            connection.execute("set global TimeZone = 'UTC'")
            connection.execute("set global lock_configuration = true")
    except duckdb.InvalidInputException:
        # Another thread locked them in between, after the same settings.
        if connection.execute(question).fetchone() != (True,):
            raise


def _plain(table: pa.Table) -> pa.Table:
    """DuckDB's sums of integers as integers; they come as decimals without decimal places."""
    import pyarrow as pa

    for number, column in enumerate(table.schema):
        if pa.types.is_decimal(column.type) and column.type.scale == 0:
            try:
                whole = table.column(number).cast(pa.int64())
            except pa.ArrowInvalid:
                continue
            table = table.set_column(number, column.name, whole)
    return table


def _message(error: Exception) -> str:
    return " ".join(str(error).split("\nLINE ")[0].split()).rstrip(".")
