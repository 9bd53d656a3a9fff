"""What is kept of rows that `where` leaves out: a digest per file and key, and nothing of the row."""

from __future__ import annotations

import duckdb

from tests.unit.ingestion.factories import Company

COLUMNS = {"account_id": "id", "name": "name", "updated_at": "changed"}
HEADER = "id,name,changed,state\n"


def kept(company: Company) -> list[tuple[object, ...]]:
    files = str(company.home.left_out_of(source="crm", stream="accounts") / "*.parquet")
    return duckdb.sql(
        f"select part, file, changed_at::varchar, in_file_only from '{files}' order by all"
    ).fetchall()


def test_one_row_per_file_and_key_with_the_newest_time(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS, "where": "state = 'live'"})
    company.drop(
        "a.csv", HEADER + "1,A,2026-01-01,dead\n1,A,2026-01-02,dead\n2,B,2026-01-01,live\n"
    )
    company.drop("b.csv", HEADER + "1,A,,dead\n,no key,2026-01-01,dead\n3,C,never,dead\n")
    company.land()
    assert kept(company) == [
        (1, "a.csv", "2026-01-02 00:00:00", False),
        (2, "b.csv", "-infinity", False),
        (2, "b.csv", "-infinity", False),
    ]


def test_no_value_of_the_row_is_kept(company: Company) -> None:
    company.map("accounts", {"files": "a.csv", "columns": COLUMNS, "where": "state = 'live'"})
    company.drop("a.csv", HEADER + "K-777,Nameless,2026-01-01,dead\n")
    company.land()
    (path,) = company.home.left_out.rglob("*.parquet")
    described = duckdb.sql(f"describe select * from '{path}'").fetchall()
    assert [(row[0], row[1]) for row in described if row[0] == "key"] == [("key", "UBIGINT")]
    assert "K-777" not in str(duckdb.sql(f"select * from '{path}'").fetchall())


def test_a_key_that_the_file_also_takes_marks_the_file(company: Company) -> None:
    company.map("accounts", {"files": "a.csv", "columns": COLUMNS, "where": "state = 'live'"})
    company.drop(
        "a.csv",
        HEADER
        + "1,A,2026-01-01,live\n1,A,2026-01-01,dead\n"
        + "2,B,2026-01-01,live\n2,B,2026-01-02,dead\n3,C,2026-01-01,dead\n",
    )
    company.land()
    assert kept(company) == [
        (1, "a.csv", "2026-01-01 00:00:00", True),
        (1, "a.csv", "2026-01-02 00:00:00", True),
    ]


def test_a_stream_whose_key_nothing_is_mapped_to_keeps_nothing(company: Company) -> None:
    company.map(
        "accounts", {"files": "a.csv", "columns": {"name": "name"}, "where": "state = 'live'"}
    )
    company.drop("a.csv", HEADER + "1,A,2026-01-01,dead\n")
    company.land()
    assert not company.home.left_out.exists()
