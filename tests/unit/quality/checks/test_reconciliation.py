"""Gate 3: reconciliation finds each difference planted in a tiny company."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.records import CheckResult
from orchestration.quality import GateInput
from orchestration.quality.registry import registered
from tests.unit.quality.company import make_company
from tests.unit.quality.factories import gate_input, results

pytestmark = pytest.mark.slow

RECONCILE, PARTS = "reconcile.<stream or metric>", "parts.<whole>"

SUITES = (
    "customer.fct_orders", "customer.fct_order_lines", "customer.dim_customers", "funnel.fct_deals",
    "funnel.fct_leads", "activity.fct_calls", "activity.fct_activities", "activity.fct_campaign_emails",
    "performance.fct_marketing_spend",
)  # fmt: skip

RECONCILED = {
    "reconcile.orders", "reconcile.order_lines", "reconcile.deals", "reconcile.leads",
    "reconcile.calls", "reconcile.activities", "reconcile.campaign_emails",
    "reconcile.marketing_spend", "parts.order_lines_of_orders", "parts.orders_of_customers",
    "parts.calls_of_activities",
}  # fmt: skip
"""What the tiny company has both sides of."""


def check_reconciliation(candidate: GateInput) -> tuple[CheckResult, ...]:
    checks = (*results(RECONCILE, candidate), *results(PARTS, candidate))
    return tuple(check for check in checks if check.name in RECONCILED)


def _candidate(
    folder: Path, *, changed: str = "", landing: str = "", revenue_from: str = "orders"
) -> GateInput:
    make_company(folder, changed=changed, landing=landing)
    return gate_input(folder, suites=SUITES, revenue_from=revenue_from)


def _failed(checks: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    return {check.name: check for check in checks if check.outcome == "fail"}


def test_what_is_equal_passes(tmp_path: Path) -> None:
    checks = check_reconciliation(_candidate(tmp_path))
    assert {check.name for check in checks} == RECONCILED
    assert _failed(checks) == {}


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


@pytest.mark.parametrize("changed", list(BROKEN))
def test_reconciliation_finds_what_a_join_drops_doubles_or_changes(
    tmp_path: Path, changed: str
) -> None:
    name, observed, keys = BROKEN[changed]
    check = _failed(check_reconciliation(_candidate(tmp_path, changed=changed)))[name]
    assert observed in check.observed
    assert check.sample_keys == keys


def test_reconciliation_reads_versions_deletions_and_other_currencies_as_intended(
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
    assert _failed(check_reconciliation(_candidate(tmp_path, landing=landing))) == {}


def test_won_deals_are_orders_where_revenue_comes_from_deals(tmp_path: Path) -> None:
    changed = """
        create or replace table customer.fct_orders as
            select 'deal:' || deal_key as order_key, null::varchar as customer_key, amount as
            net_amount,
                null as cost_amount, 'sale' as kind, false as is_cancelled from funnel.fct_deals;
        create or replace table customer.fct_order_lines as
            select order_key || '|1' as order_line_key, order_key, net_amount, cost_amount from
            customer.fct_orders;
        delete from customer.dim_customers;
    """
    candidate = _candidate(tmp_path, changed=changed, revenue_from="deals")
    assert _failed(check_reconciliation(candidate)) == {}
    from_orders = gate_input(tmp_path, suites=SUITES)
    assert "reconcile.orders" in _failed(check_reconciliation(from_orders))
    for family in (RECONCILE, PARTS):
        names = registered(family).names_in
        assert names(candidate.definitions) == names(from_orders.definitions)
