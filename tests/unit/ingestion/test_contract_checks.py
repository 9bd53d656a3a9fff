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


def test_negative_seconds_and_impossible_lengths_are_quarantined_by_name(company: Company) -> None:
    company.drop(
        "c.csv",
        "id,start,done,talk\n1,2024-05-02 10:00,2024-05-02 10:05,60\n"
        "2,2024-05-02 10:00,2024-05-02 10:05,-60\n3,2024-05-02 10:00,2034-05-02 10:05,60\n",
    )
    columns = {
        "call_id": "id",
        "direction": {"value": "inbound"},
        "started_at": "start",
        "ended_at": "done",
        "talk_seconds": "talk",
        "disposition": {"value": "answered"},
    }
    company.map("calls", {"files": "*.csv", "columns": columns})
    company.land()
    assert company.rows("select call_id from landing.calls") == [("1",)]
    assert company.quarantine() == [
        (3, "talk_seconds is below 0: found -60"),
        (4, "ended_at must be at most a day after started_at"),
    ]


def test_an_agent_may_be_offline_for_days_and_in_no_other_state(company: Company) -> None:
    company.drop(
        "s.csv",
        "agent,state,start,done\na,offline,2024-05-03 18:00,2024-05-06 09:00\n"
        "a,available,2024-05-06 09:00,2024-05-09 09:00\n",
    )
    columns = {"agent_id": "agent", "state": "state", "started_at": "start", "ended_at": "done"}
    company.map("agent_states", {"files": "*.csv", "columns": columns})
    company.land()
    assert company.rows("select state from landing.agent_states") == [("offline",)]
    assert [line for line, _ in company.quarantine()] == [3]


def test_a_campaign_may_end_on_the_day_of_its_launch_and_not_before(company: Company) -> None:
    company.drop(
        "k.csv",
        "id,name,start,done\n1,May,2024-05-02 10:00,2024-05-02\n2,June,2024-06-03 10:00,2024-06-01\n",
    )
    columns = {"campaign_id": "id", "name": "name", "launched_at": "start", "ended_at": "done"}
    company.map("campaigns", {"files": "*.csv", "columns": columns})
    company.land()
    assert company.rows("select name from landing.campaigns") == [("May",)]
    assert company.quarantine() == [(3, "ended_at must not be before launched_at")]
