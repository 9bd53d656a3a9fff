"""Which tables of two releases differ: counts of rows, whatever their order."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.operations.table_changes import TableChange, table_changes

MART = "customer.fct_orders"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The same rows in another order, twice."""
    for name, order in (("before", "asc"), ("after", "desc")):
        folder = tmp_path / name
        folder.mkdir()
        with duckdb.connect(folder / "marts.duckdb") as connection:
            connection.execute("create schema customer")
            connection.execute(
                f"create table {MART} as select i as order_key, i / 3 as share, 'x' as note "
                f"from range(100) as rows(i) order by i {order}"
            )
        with duckdb.connect(folder / "warehouse.duckdb") as connection:
            connection.execute("create schema seeds")
            connection.execute("create table seeds.stages as select 'Nuevo' as stage, 1 as place")
            connection.execute("create schema intermediate")
            connection.execute(f"create table intermediate.secrets as select '{order}' as phone")
    return tmp_path / "before", tmp_path / "after"


def change_of(folder: Path, database: str, sql: str) -> None:
    with duckdb.connect(folder / f"{database}.duckdb") as connection:
        connection.execute(sql)


def test_order_and_the_last_digit_do_not_count(folders: tuple[Path, Path]) -> None:
    change_of(folders[1], "marts", f"update {MART} set share = share + 1e-12")
    assert table_changes(*folders, marts=[MART]) == ()


def test_rows_are_counted_as_often_as_they_occur(folders: tuple[Path, Path]) -> None:
    """A row twice, one changed, one gone: three other rows, 101 - 1 in all."""
    change_of(folders[1], "marts", f"insert into {MART} from {MART} where order_key = 7")
    change_of(folders[1], "marts", f"update {MART} set note = 'y' where order_key = 8")
    change_of(folders[1], "marts", f"delete from {MART} where order_key = 9")
    change_of(folders[1], "warehouse", "update seeds.stages set place = 2")
    assert table_changes(*folders, marts=[MART]) == (
        TableChange(table=MART, rows_before=100, rows_after=100, only_before=2, only_after=2),
        TableChange(table="seeds.stages", rows_before=1, rows_after=1, only_before=1, only_after=1),
    )


def test_columns_and_tables_that_come_and_go(folders: tuple[Path, Path]) -> None:
    change_of(folders[1], "marts", f"alter table {MART} rename note to remark")
    change_of(folders[1], "warehouse", "drop table seeds.stages")
    assert table_changes(*folders, marts=[MART]) == (
        TableChange(
            table=MART,
            rows_before=100,
            rows_after=100,
            columns_gone=("note",),
            columns_new=("remark",),
        ),
        TableChange(table="seeds.stages", rows_before=1, rows_after=None, only_before=1),
    )
