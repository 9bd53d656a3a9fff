"""Rows checked against the contract: each row's reasons, in one quarantined row."""

from __future__ import annotations

from tests.unit.ingestion.factories import Company

COLUMNS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": "status",
    "channel": "note",
}


def test_deleted_rows_need_only_their_key(company: Company) -> None:
    company.drop("v.csv", "id,name,gone\n1,,yes\n2,Ana,no\n3,,no\n")
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "id", "name": "name"}, "deleted": "gone"},
    )
    company.land()
    assert company.rows("select product_id, _is_deleted from landing.products order by 1") == [
        ("1", True),
        ("2", False),
    ]
    assert [line for line, _ in company.quarantine()] == [4]


def test_one_row_with_several_faults_is_one_quarantined_row(company: Company) -> None:
    company.drop("o.csv", "id,acc,day,status,note\n,,bad,what,x\n")
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    assert load.rows_quarantined == 1
    [(_, reason)] = company.quarantine()
    for word in (
        "order_id: is empty",
        "ordered_at: found 'bad'",
        "status: found 'what'",
        "needs an account_id",
    ):
        assert word in reason


def test_private_values_are_not_in_reasons(company: Company) -> None:
    company.drop("c.csv", "id,mail,when\n1,secret@x.es,never\n")
    company.map(
        "contacts",
        {"files": "*.csv", "columns": {"contact_id": "id", "email": "mail", "created_at": "when"}},
    )
    company.land()
    assert "secret" not in company.quarantine()[0][1]
    assert (
        company.rows(
            "select column_name from (describe landing.quarantined) where column_name = 'raw'"
        )
        == []
    )
