"""Both databases of a candidate, opened read-only as dbt names them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.quality.databases import Databases, identifier, literal


@pytest.fixture
def databases(tmp_path: Path) -> Databases:
    folder = tmp_path / "it's here"
    folder.mkdir()
    files = Databases.of(folder)
    for path in (files.warehouse, files.marts):
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create table t as select '{path.stem}' as name")
    return files


def test_both_are_attached_by_name_and_cannot_be_written(databases: Databases) -> None:
    with databases.open() as connection:
        row = connection.execute(
            "select w.name, m.name, current_setting('TimeZone') from warehouse.t as w, marts.t as m"
        ).fetchone()
        assert row == ("warehouse", "marts", "UTC")
        with pytest.raises(databases.errors, match="read-only"):
            connection.execute("insert into marts.t values ('x')")


def test_both_are_closed_afterwards(databases: Databases) -> None:
    with databases.open():
        pass
    for path in (databases.warehouse, databases.marts):
        duckdb.connect(str(path)).close()


@pytest.mark.parametrize(
    ("value", "sql"),
    [(True, "true"), (3, "3"), (0.25, "0.25"), ("it's", "'it''s'"), (None, "'None'")],
)
def test_values_of_declarations_as_sql(value: object, sql: str) -> None:
    assert literal(value) == sql


def test_names_are_quoted() -> None:
    assert identifier('a"b') == '"a""b"'
