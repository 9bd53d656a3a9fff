"""DuckDB through SQLAlchemy, as Great Expectations uses it: read-only, without transactions."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, text

from orchestration.quality.duckdb_dialect import SCHEME, engine_arguments, register


def test_queries_can_be_nested_and_nothing_can_be_written(tmp_path: Path) -> None:
    """The shipped dialects roll back around each query, and DuckDB drops the result that is pending."""
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select range as n from range(3)")
    for _ in range(2):
        register()
    engine = create_engine(f"{SCHEME}:///:memory:", **engine_arguments(path, memory_limit="200MB"))
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("select n from t order by n"))
            connection.rollback()
            assert [row[0] for row in rows] == [0, 1, 2]
            with pytest.raises(Exception, match="read-only"):
                connection.execute(text("insert into t values (7)"))
    finally:
        engine.dispose()
    duckdb.connect(str(path)).close()
