"""Gate 3: what the suite files expect is checked in a tiny company, and each planted fault is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality import GateInput, explain
from orchestration.quality.registry import registered
from tests.unit.quality.company import make_company
from tests.unit.quality.factories import declare_suite, gate_input, results

pytestmark = pytest.mark.slow

CHECK = "marts.<mart>.<expectation>"

WANTED = ("customer.fct_order_lines", "customer.fct_orders", "funnel.fct_deals")


def _candidate(folder: Path, *, changed: str = "", landing: str = "") -> GateInput:
    make_company(folder, changed=changed, landing=landing)
    return gate_input(folder, suites=WANTED)


def _failed(checks: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    return {check.name: check for check in checks if check.outcome == "fail"}


def _is_open(path: Path) -> bool:
    return any(
        handle.exists() and handle.samefile(path) for handle in Path("/proc/self/fd").iterdir()
    )


def test_sound_marts_pass_and_every_file_is_closed_afterwards(tmp_path: Path) -> None:
    candidate = _candidate(tmp_path)
    checks = results(CHECK, candidate)
    assert _failed(checks) == {}
    required = registered(CHECK).names_in(candidate.definitions)
    assert {c.name: c.subject for c in checks} == required
    assert not _is_open(candidate.databases.marts)
    assert not _is_open(candidate.databases.warehouse)


def test_a_fifth_of_returns_is_no_fault(tmp_path: Path) -> None:
    rows = "split_part(order_key, ':', 2)::int % 5 = 0"
    changed = (
        "update customer.fct_order_lines set net_amount = -net_amount, quantity = -quantity, "
        f"kind = 'return', is_stated_return = true where {rows};"
        f"update customer.fct_orders set net_amount = -net_amount, kind = 'return' where {rows};"
    )
    assert _failed(results(CHECK, _candidate(tmp_path, changed=changed))) == {}


def test_a_few_negative_prices_are_credits(tmp_path: Path) -> None:
    changed = "".join(
        f"update customer.{mart} set net_amount = -net_amount, kind = 'return' "
        "where split_part(order_key, ':', 2)::int % 50 = 0;"
        for mart in ("fct_order_lines", "fct_orders")
    )
    assert _failed(results(CHECK, _candidate(tmp_path, changed=changed))) == {}


def test_negative_amounts_in_a_tenth_of_the_orders_fail_by_name_with_keys(tmp_path: Path) -> None:
    """The seeded fault: orders 10, 20, … 100 of a hundred have their amounts turned negative."""
    changed = (
        "update customer.fct_order_lines set net_amount = -net_amount, kind = 'return' "
        "where split_part(order_key, ':', 2)::int % 10 = 0;"
    )
    checks = results(CHECK, _candidate(tmp_path, changed=changed))
    name = "marts.customer.fct_order_lines.unstated_negative_amount"
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
    text = explain(GateReport(run_id="r", checks=checks))
    assert name in text
    assert "crm:10|1" in text


FAULTS = {
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


def test_each_expectation_finds_its_fault(tmp_path: Path) -> None:
    checks = results(CHECK, _candidate(tmp_path, changed=";".join(list(FAULTS)[:6])))
    assert set(list(FAULTS.values())[:6]) <= set(_failed(checks))
    emptied = _candidate(tmp_path / "emptied", changed=list(FAULTS)[6])
    failed = _failed(results(CHECK, emptied))
    assert "marts.customer.fct_orders.has_rows" in failed


def test_a_mart_may_be_empty_where_its_streams_are(tmp_path: Path) -> None:
    candidate = _candidate(
        tmp_path,
        changed="delete from customer.fct_order_lines; delete from customer.fct_orders;",
        landing="delete from landing.orders;",
    )
    assert _failed(results(CHECK, candidate)) == {}


def test_a_missing_table_or_column_fails_what_reads_it_and_nothing_else(tmp_path: Path) -> None:
    candidate = _candidate(
        tmp_path,
        changed="drop table customer.fct_orders; alter table funnel.fct_deals drop column amount;",
    )
    failed = _failed(results(CHECK, candidate))
    orders = {name for name in failed if name.startswith("marts.customer.fct_orders.")}
    suites = candidate.definitions.suites
    assert len(orders) == sum(len(s.expectations) for s in suites if "orders" in s.table)
    assert set(failed) - orders == {"marts.funnel.fct_deals.amount_not_negative"}
    assert not any(check.ran for check in failed.values())


def test_a_warning_past_its_limit_fails(tmp_path: Path) -> None:
    suite = "key: deal_key\nexpect: {not_null: [stage], warn: {stage_not_null: 2}}"
    outcomes = {}
    for rows in (2, 3):
        chosen = f"split_part(deal_key, ':', 2)::int <= {rows}"
        folder = tmp_path / str(rows)
        make_company(folder, changed=f"update funnel.fct_deals set stage = null where {chosen}")
        candidate = gate_input(folder)
        declare_suite(candidate, "funnel.fct_deals", suite)
        checks = results(CHECK, candidate)
        outcomes[rows] = next(c for c in checks if c.name.endswith("stage_not_null")).outcome
    assert outcomes == {2: "warn", 3: "fail"}
