"""Descriptions of the two tables, and the comments that carry them into the marts."""

from __future__ import annotations

import duckdb

from scorecards.columns import Table, tables


def test_scorecard_and_alerts_are_described_column_by_column() -> None:
    by_table = tables()
    assert list(by_table) == ["scorecard", "alerts"]
    for table in by_table.values():
        assert table.description
        assert all(table.columns.values()), table.name
    assert {"metric", "scope", "scope_key", "grain", "period_start", "value"} <= set(
        by_table["scorecard"].columns
    )


def test_descriptions_become_comments() -> None:
    table = Table(name="t", description="One row's grain.", columns={"a": "What a is: 'x'."})
    with duckdb.connect() as connection:
        connection.execute("create schema performance; create table performance.t (a integer)")
        for statement in table.comments():
            connection.execute(statement)
        assert connection.execute("select comment from duckdb_tables()").fetchone() == (
            "One row's grain.",
        )
        assert connection.execute(
            "select comment from duckdb_columns() where table_name = 't'"
        ).fetchone() == ("What a is: 'x'.",)
