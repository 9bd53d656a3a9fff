"""A database written into a new file, without the bytes of rows that were changed or deleted in it.

DuckDB leaves those in the pages of a file until something else needs them.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.core.duckdb_session import literal
from orchestration.publication.candidate import STORAGE_VERSION
from orchestration.publication.files import assert_closed, disk_full_as_error
from orchestration.publication.layout import TEMPORARY


def rewrite_database(path: Path, *, memory_limit: str) -> None:
    """Put a copy of all tables and views in the place of a file that nobody has open."""
    import duckdb

    assert_closed(path)
    fresh = path.with_name(f".{path.name}{TEMPORARY}")
    fresh.unlink(missing_ok=True)
    with disk_full_as_error(path), duckdb.connect(config={"memory_limit": memory_limit}) as one:
        one.execute(f"attach {literal(str(path))} as old (read_only)")
        one.execute(f"attach {literal(str(fresh))} as fresh (storage_version '{STORAGE_VERSION}')")
        one.execute("copy from database old to fresh")
        one.execute("checkpoint fresh")
    fresh.chmod(path.stat().st_mode & 0o777)
    fresh.replace(path)
