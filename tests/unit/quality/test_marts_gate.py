"""Gate 3 on a tiny company: expectations, reconciliation and row counts find each planted
damage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.core.errors import SettingsInvalid
from orchestration.core.records import CheckResult, GateReport
from orchestration.quality import explain, reconciliation
from orchestration.quality.databases import Databases
from orchestration.quality.expectations import MartExpectations, read_expectations
from orchestration.quality.reconciliation import reconciliation_names
from orchestration.quality.row_counts import check_row_counts, row_count_names
from orchestration.quality.suites import check_marts
from tests.unit.quality.company import make_company

pytestmark = pytest.mark.slow

WANTED = ("customer.fct_order_lines", "customer.fct_orders", "funnel.fct_deals")


def _expectations() -> list[MartExpectations]:
    return [mart for mart in read_expectations() if mart.table in WANTED]


RECONCILED = {
    "reconcile.orders", "reconcile.order_lines", "reconcile.deals", "reconcile.leads",
    "reconcile.calls", "reconcile.activities", "reconcile.campaign_emails",
    "reconcile.marketing_spend", "parts.order_lines_of_orders", "parts.orders_of_customers",
    "parts.calls_of_activities",
}  # fmt: skip
"""What the tiny company has both sides of."""


def check_reconciliation(
    *, databases: Databases, revenue_from: str = "orders"
) -> tuple[CheckResult, ...]:
    checks = reconciliation.check_reconciliation(databases=databases, revenue_from=revenue_from)
    return tuple(check for check in checks if check.name in RECONCILED)


def _failed(checks: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    return {check.name: check for check in checks if check.outcome == "fail"}


def _is_open(path: Path) -> bool:
    return any(
        handle.exists() and handle.samefile(path) for handle in Path("/proc/self/fd").iterdir()
    )


def test_undamaged_marts_pass_and_every_file_is_closed_afterwards(tmp_path: Path) -> None:
    databases = make_company(tmp_path)
    checks = check_marts(_expectations(), databases=databases)
    assert _failed(checks) == {}
    assert {c.name for c in checks} == {e.name for m in _expectations() for e in m.expectations}
    assert _failed(check_reconciliation(databases=databases)) == {}
    assert not _is_open(databases.marts)
    assert not _is_open(databases.warehouse)


def test_negative_amounts_in_a_tenth_of_the_orders_fail_by_name_with_keys(tmp_path: Path) -> None:
    """The seeded fault: orders 10, 20, … 100 of a hundred have their amounts turned negative."""
    damage = (
        "update customer.fct_order_lines set net_amount = -net_amount "
        "where split_part(order_key, ':', 2)::int % 10 = 0;"
    )
    checks = check_marts(_expectations(), databases=make_company(tmp_path, damage=damage))
    name = "marts.customer.fct_order_lines.net_amount_not_negative"
    failed = _failed(checks)
    assert list(failed) == [name]
    assert failed[name].failures == 20
    assert failed[name].sample_keys == (
        "crm:100|1",
        "crm:100|2",
        "crm:10|1",
        "crm:10|2",
        "crm:20|1",
    )
    told = explain(GateReport(run_id="r", checks=checks))
    assert name in told
    assert "crm:10|1" in told


DAMAGE = {
    "update funnel.fct_deals set stage = null where deal_key = 'crm:7'":
        "marts.funnel.fct_deals.stage_not_null",
    "update funnel.fct_deals set status = 'ganada' where deal_key = 'crm:7'":
        "marts.funnel.fct_deals.status_known",
    "update funnel.fct_deals set closed_on = date '2025-01-01' where deal_key <= 'crm:2'":
        "marts.funnel.fct_deals.closed_on_after_created_on",
    "update funnel.fct_deals set is_lost = true where deal_key = 'crm:7'":
        "marts.funnel.fct_deals.won_and_lost",
    "update customer.fct_order_lines set status = 'cancelled' where order_key = 'crm:7'":
        "marts.customer.fct_order_lines.cancelled_flag_differs",
    "insert into customer.fct_orders select * from customer.fct_orders limit 1":
        "marts.customer.fct_orders.order_key_unique",
    "delete from customer.fct_orders": "marts.customer.fct_orders.has_rows",
}  # fmt: skip


def test_each_expectation_finds_its_damage(tmp_path: Path) -> None:
    checks = check_marts(
        _expectations(), databases=make_company(tmp_path, damage=";".join(list(DAMAGE)[:6]))
    )
    assert set(list(DAMAGE.values())[:6]) <= set(_failed(checks))
    emptied = make_company(tmp_path / "emptied", damage=list(DAMAGE)[6])
    failed = _failed(check_marts(_expectations(), databases=emptied))
    assert "marts.customer.fct_orders.has_rows" in failed


def test_a_mart_may_be_empty_where_its_streams_are(tmp_path: Path) -> None:
    databases = make_company(
        tmp_path,
        damage="delete from customer.fct_order_lines; delete from customer.fct_orders;",
        landing="delete from landing.orders;",
    )
    assert _failed(check_marts(_expectations(), databases=databases)) == {}


def test_a_missing_table_or_column_fails_what_looks_at_it_and_nothing_else(tmp_path: Path) -> None:
    databases = make_company(
        tmp_path,
        damage="drop table customer.fct_orders; alter table funnel.fct_deals drop column amount;",
    )
    failed = _failed(check_marts(_expectations(), databases=databases))
    orders = {name for name in failed if name.startswith("marts.customer.fct_orders.")}
    assert len(orders) == sum(len(m.expectations) for m in _expectations() if "orders" in m.table)
    assert set(failed) - orders == {"marts.funnel.fct_deals.amount_not_negative"}
    assert not any(check.ran for check in failed.values())


BROKEN = {
    "delete from customer.fct_orders where order_key = 'crm:7'":
        ("reconcile.orders", "1 missing of 100", ("crm:7",)),
    "insert into customer.fct_order_lines from customer.fct_order_lines where order_key = 'crm:7'":
        ("reconcile.order_lines", "2 doubled of 200", ("crm:7|1", "crm:7|2")),
    "update customer.fct_orders set net_amount = net_amount / 100 where order_key = 'crm:7'":
        ("reconcile.orders", "1 changed of 100", ("crm:7",)),
    "update funnel.fct_deals set amount = -amount where deal_key = 'crm:7'":
        ("reconcile.deals", "1 changed of 50", ("crm:7",)),
    "insert into funnel.fct_leads select 'crm:999', created_at, created_on from funnel.fct_leads limit 1":
        ("reconcile.leads", "1 unexpected of 31", ("crm:999",)),
    "delete from activity.fct_calls where call_key = 'crm:7'":
        ("reconcile.calls", "1 missing of 40", ("crm:7",)),
    "insert into activity.fct_activities from activity.fct_activities where kind = 'meeting'":
        ("reconcile.activities", "1 changed of 1", ("meeting held on 2026-03-02",)),
    "delete from activity.fct_campaign_emails where email_key = 'crm:' || md5('7')":
        ("reconcile.campaign_emails", "1 changed of 1", ("crm:c1",)),
    "update performance.fct_marketing_spend set spend_amount = 1 where spend_on = '2026-03-03'":
        ("reconcile.marketing_spend", "1 changed of 10", ("2026-03-03 search",)),
    "update customer.dim_customers set revenue_amount = 0 where customer_key = 'account:crm:a1'":
        ("parts.orders_of_customers", "1 changed of 7", ("account:crm:a1",)),
    "drop table funnel.fct_leads":
        ("reconcile.leads", "could not run", ()),
}  # fmt: skip


@pytest.mark.parametrize("damage", list(BROKEN))
def test_reconciliation_finds_what_a_join_drops_doubles_or_changes(
    tmp_path: Path, damage: str
) -> None:
    name, observed, keys = BROKEN[damage]
    check = _failed(check_reconciliation(databases=make_company(tmp_path, damage=damage)))[name]
    assert observed in check.observed
    assert check.sample_keys == keys


def test_reconciliation_reads_versions_deletions_and_other_currencies_as_they_are_meant(
    tmp_path: Path,
) -> None:
    landing = """
        -- an older version that came later loses; a deleted row is no row; dollars are not compared
        insert into landing.deals by name
            select * replace (timestamp '2026-02-01' as updated_at, 2 as _load_seq)
            from landing.deals where deal_id = '1';
        insert into landing.deals by name
            select * replace (timestamp '2026-01-01' as updated_at, 999 as amount, 3 as _load_seq)
            from landing.deals where deal_id = '1' limit 1;
        update landing.deals set currency = 'USD', amount = 7 where deal_id = '2';
        insert into landing.deals by name
            select * replace ('gone' as deal_id, true as _is_deleted) from landing.deals where
            deal_id = '3';
    """
    assert _failed(check_reconciliation(databases=make_company(tmp_path, landing=landing))) == {}


def test_won_deals_are_orders_where_revenue_comes_from_deals(tmp_path: Path) -> None:
    damage = """
        create or replace table customer.fct_orders as
            select 'deal:' || deal_key as order_key, null::varchar as customer_key, amount as
            net_amount,
                null as cost_amount, false as is_cancelled from funnel.fct_deals;
        create or replace table customer.fct_order_lines as
            select order_key || '|1' as order_line_key, order_key, net_amount, cost_amount from
            customer.fct_orders;
        delete from customer.dim_customers;
    """
    databases = make_company(tmp_path, damage=damage)
    assert _failed(check_reconciliation(databases=databases, revenue_from="deals")) == {}
    assert "reconcile.orders" in _failed(check_reconciliation(databases=databases))
    assert reconciliation_names(revenue_from="deals") == reconciliation_names()


def _manifest(*marts: str) -> dict[str, Any]:
    nodes = {
        mart: {
            "resource_type": "model", "database": "marts", "schema": mart.split(".")[0],
            "name": mart.split(".")[1],
        }
        for mart in marts
    }  # fmt: skip
    return {"nodes": nodes}


@pytest.mark.parametrize(
    ("before", "outcome"), [(0, "pass"), (100, "pass"), (125, "pass"), (126, "fail")]
)
def test_a_mart_that_lost_more_than_a_fifth_of_its_rows_fails(
    tmp_path: Path, before: int, outcome: str
) -> None:
    manifest = _manifest("customer.fct_orders")
    (check,) = check_row_counts(
        manifest, databases=make_company(tmp_path), previous={"customer.fct_orders": before}
    )
    assert check.outcome == outcome
    assert {check.name: check.subject} == row_count_names(manifest)


def test_a_mart_that_is_not_there_fails(tmp_path: Path) -> None:
    manifest = _manifest("customer.fct_orders", "funnel.fct_gone")
    checks = check_row_counts(manifest, databases=make_company(tmp_path), previous={})
    assert list(_failed(checks)) == ["rows.funnel.fct_gone"]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"key": "a", "not_nul": ["a"]}, "not_nul"),
        ({"not_null": ["a"]}, "key"),
        ({"key": "a", "not_null": ["a"], "mostly": {"b_not_null": 0.9}}, "b_not_null"),
        ({"key": "a", "not_null": ["a"], "mostly": {"a_not_null": 1.5}}, "1.5"),
        ({"key": "a", "warn": {"x": 3}}, "x"),
    ],
)
def test_a_mistake_in_the_declaration_is_named(
    tmp_path: Path, declared: dict[str, Any], words: str
) -> None:
    path = tmp_path / "expectations.yml"
    path.write_text(yaml.safe_dump({"marts": {"core.dim_x": declared}}))
    with pytest.raises(SettingsInvalid, match=words):
        read_expectations(path)


def test_a_warning_past_its_limit_fails(tmp_path: Path) -> None:
    path = tmp_path / "expectations.yml"
    declared = {"key": "deal_key", "not_null": ["stage"], "warn": {"stage_not_null": 2}}
    path.write_text(yaml.safe_dump({"marts": {"funnel.fct_deals": declared}}))
    outcomes = {}
    for rows in (2, 3):
        chosen = f"split_part(deal_key, ':', 2)::int <= {rows}"
        damage = f"update funnel.fct_deals set stage = null where {chosen}"
        checks = check_marts(
            read_expectations(path), databases=make_company(tmp_path / str(rows), damage=damage)
        )
        outcomes[rows] = next(c for c in checks if c.name.endswith("stage_not_null")).outcome
    assert outcomes == {2: "warn", 3: "fail"}
