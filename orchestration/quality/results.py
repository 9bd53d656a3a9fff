"""The gate's results as tables of the release: `quality.checks` and `quality.loads` in
marts.duckdb.

Written before the files are sealed and signed. They hold counts and keys, never contact data.
Checking does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from orchestration.core.records import GateReport, Load

_CHECKS = """
    create or replace table quality.checks (
        run_id varchar, gate integer, check_name varchar, subject varchar, outcome varchar,
        severity varchar, observed varchar, expected varchar, failures bigint,
        sample_keys varchar[], seconds double, ran boolean, waiver varchar,
        exception varchar
    )
"""

_LOADS = """
    create or replace table quality.loads (
        load_id varchar, load_seq bigint, source varchar, stream varchar, landed_at timestamp,
        rows_read bigint, rows_landed bigint, rows_quarantined bigint, rows_skipped bigint,
        size_bytes bigint
    )
"""


def write_results(marts: Path, report: GateReport, *, loads: Sequence[Load] = ()) -> None:
    """Replace both tables with this run's results. `loads` are all that the release holds."""
    import duckdb

    checks = [
        (
            report.run_id, c.gate, c.name, c.subject, c.outcome, c.severity, c.observed, c.expected,
            c.failures, list(c.sample_keys), c.seconds, c.ran, c.waiver, c.exception,
        )
        for c in report.checks
    ]  # fmt: skip
    batches = [
        (
            load.load_id, load.load_seq, load.source, load.stream, _naive_utc(load),
            load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped,
            load.size_bytes,
        )
        for load in loads
    ]  # fmt: skip
    with duckdb.connect(str(marts)) as connection:
        connection.begin()
        connection.execute("create schema if not exists quality")
        connection.execute(_CHECKS)
        connection.execute(_LOADS)
        insert_rows(connection, "quality.checks", checks)
        insert_rows(connection, "quality.loads", batches)
        connection.commit()


def insert_rows(connection: object, table: str, rows: Sequence[Sequence[object]]) -> None:
    """All rows in one statement: one statement per row takes a hundred times longer."""
    from duckdb import DuckDBPyConnection

    assert isinstance(connection, DuckDBPyConnection)
    size = 500
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        places = ", ".join(f"({', '.join('?' for _ in row)})" for row in part)
        connection.execute(f"insert into {table} values {places}", [v for row in part for v in row])


def _naive_utc(load: Load) -> object:
    at = load.landed_at
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)
