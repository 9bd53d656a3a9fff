"""DuckDB as Great Expectations can talk to it.

As shipped, every DuckDB dialect for SQLAlchemy fails in Great Expectations: it begins and rolls
back a transaction around each query, and DuckDB drops the pending result. Read-only checks need no
transaction. Only the dialect belongs here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duckdb_sqlalchemy import Dialect

SCHEME = "embudoduckdb"


class ReadOnlyDialect(Dialect):  # type: ignore[misc]
    """duckdb-sqlalchemy's dialect without transactions."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing to begin."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing to undo."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing to keep."""


def register() -> None:
    """Make the dialect known to SQLAlchemy; doing it again changes nothing."""
    from sqlalchemy.dialects import registry

    registry.register(SCHEME, __name__, ReadOnlyDialect.__name__)


def engine_arguments(path: Path, *, memory_limit: str) -> dict[str, Any]:
    """What `create_engine` needs beside the address: the file, read-only, and no reset between
    queries.
    """
    return {
        "connect_args": {
            "database": str(path),
            "read_only": True,
            "config": {"memory_limit": memory_limit},
        },
        "pool_reset_on_return": None,
    }
