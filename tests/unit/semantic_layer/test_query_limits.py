"""One query's limits, on real queries of DuckDB."""

from __future__ import annotations

import time

import duckdb
import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.query_limits import QueryLimits, fetch

ENDLESS = "select count(*) from range(100000000000) a, range(100000000000) b"


def test_without_limits_and_below_them() -> None:
    with duckdb.connect() as connection:
        sql = "select unnest(range(25000)) as n"
        plain = fetch(connection, sql)
        limited = fetch(connection, sql, limits=QueryLimits(seconds=30, rows=25_000))
        assert plain.equals(limited)
        assert fetch(connection, "select ? as n", [7], limits=QueryLimits(rows=1)).to_pylist() == [
            {"n": 7}
        ]
        empty = fetch(connection, "select 1 as n where false", limits=QueryLimits(rows=1))
        assert (empty.num_rows, empty.column_names) == (0, ["n"])


def test_too_many_rows() -> None:
    with duckdb.connect() as connection:
        with pytest.raises(QueryInvalid, match="more than 24,999 rows"):
            fetch(connection, "select unnest(range(25000)) as n", limits=QueryLimits(rows=24_999))
        assert fetch(connection, "select 1 as n").num_rows == 1


def test_too_long() -> None:
    started = time.monotonic()
    with duckdb.connect() as connection:
        with pytest.raises(QueryInvalid, match=r"longer than 0\.2 seconds"):
            fetch(connection, ENDLESS, limits=QueryLimits(seconds=0.2))
        assert fetch(connection, "select 1 as n").num_rows == 1
    assert time.monotonic() - started < 10


def test_its_own_errors_stay() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.CatalogException):
        fetch(connection, "select * from nothing", limits=QueryLimits(seconds=30))
