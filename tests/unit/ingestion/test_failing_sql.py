"""SQL of a mapping that fails on some rows, on all of them, or in `where`."""

from __future__ import annotations

from orchestration.core.records import RejectedFile
from tests.unit.ingestion.factories import Company

TEXT = "id,name,price\n1,Desk,10\n2,Lamp,ten\n3,Chair,30\n\n4,Sofa,\n"
COLUMNS = {
    "product_id": "id",
    "name": "name",
    "unit_price": {"sql": "cast(price as decimal(18, 2)) * 2"},
}
FOUND = "select product_id, cast(unit_price as integer) from landing.products order by 1"


def test_rows_on_which_sql_fails_go_to_quarantine_with_line_and_column(company: Company) -> None:
    company.drop("p.csv", TEXT)
    company.map("products", {"files": "p.csv", "columns": COLUMNS})
    company.land()
    assert company.rows(FOUND) == [("1", 20), ("3", 60), ("4", None)]
    [(line, reason)] = company.quarantine()
    assert line == 3
    assert reason.startswith(
        'unit_price: its SQL fails on this row (on line 3: Could not convert string "ten" to'
    )
    assert "try_cast" in reason


def test_a_condition_that_fails_on_a_row_quarantines_it(company: Company) -> None:
    company.drop("p.csv", TEXT)
    company.map(
        "products",
        {
            "files": "p.csv",
            "columns": {**COLUMNS, "unit_price": "price"},
            "where": "price::int < 20",
        },
    )
    [load] = company.land().loads
    assert company.rows("select product_id from landing.products") == [("1",)]
    [(line, reason)] = company.quarantine()
    assert (line, reason.partition(":")[0]) == (3, "where")
    assert load.rows_skipped == 2


def test_rows_that_where_leaves_out_cannot_fail(company: Company) -> None:
    company.drop("p.csv", TEXT)
    company.map("products", {"files": "p.csv", "columns": COLUMNS, "where": "id <> '2'"})
    company.land()
    assert company.rows(FOUND) == [("1", 20), ("3", 60), ("4", None)]
    assert company.quarantine() == []


def test_sql_that_fails_on_every_row_rejects_the_file_with_line_and_column(
    company: Company,
) -> None:
    company.drop("p.csv", "id,name,price\n1,Desk,ten\n2,Lamp,two\n")
    company.map("products", {"files": "p.csv", "columns": COLUMNS})
    [rejected] = company.land().rejected_files
    assert isinstance(rejected, RejectedFile)
    assert rejected.reason.startswith(
        "p.csv, line 2: the SQL of products.unit_price fails on this row and on every other: "
    )


def test_values_of_private_columns_are_not_in_the_reason(company: Company) -> None:
    company.drop("c.csv", "id,phone\n1,600111222\n2,secret\n")
    columns = {
        "contact_id": "id",
        "created_at": {"value": "2026-01-01"},
        "phone": {"sql": "cast(cast(phone as bigint) as varchar)"},
    }
    company.map("contacts", {"files": "c.csv", "columns": columns})
    company.land()
    [(line, reason)] = company.quarantine()
    assert (line, "secret" in reason, "withheld" in reason) == (3, False, True)


def test_a_mark_of_deletion_that_fails(company: Company) -> None:
    company.drop("p.csv", "id,name,gone\n1,Desk,0\n2,Lamp,x\n")
    company.map(
        "products",
        {
            "files": "p.csv",
            "columns": {"product_id": "id", "name": "name"},
            "deleted": {"sql": "cast(gone as int) = 1"},
        },
    )
    company.land()
    assert company.rows("select product_id from landing.products") == [("1",)]
    assert company.quarantine()[0][1].startswith("deleted: its SQL fails")


def test_columns_that_share_what_fails_are_both_named(company: Company) -> None:
    columns = {**COLUMNS, "unit_cost": {"sql": "cast(price as decimal(18, 2)) * 3"}}
    company.drop("p.csv", TEXT)
    company.map("products", {"files": "p.csv", "columns": columns})
    company.land()
    assert company.rows(FOUND) == [("1", 20), ("3", 60), ("4", None)]
    [(_, reason)] = company.quarantine()
    assert "unit_price: its SQL" in reason and "unit_cost: its SQL" in reason
