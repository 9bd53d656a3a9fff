"""Companies of two streams that tell of the same thing, and what the gate finds on them after a release."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases
from tests.unit.quality.checks.test_content_duplicates import rows
from tests.unit.quality.checks.test_unmatched_references import make_landing
from tests.unit.quality.factories import gate_input, results

CHECK = "agree.<stream>.<stream>"

AT = "timestamp '2026-01-01 09:00:00' + interval (i) hour"

_MARTS = """
create schema customer; create schema funnel; create schema core;
create table customer.fct_orders (order_key varchar, account_key varchar, deal_key varchar, net_amount decimal(18, 4),
    is_cancelled boolean, kind varchar, ordered_on date);
create table customer.fct_invoices (invoice_key varchar, order_key varchar, invoice_amount decimal(18, 4),
    is_void boolean, invoiced_on date);
create table funnel.fct_deals (deal_key varchar, account_key varchar, stage varchar, is_won boolean,
    amount decimal(18, 4), created_at timestamp, closed_on date);
create table core.dim_campaigns (campaign_key varchar, channel varchar, launched_on date, ended_on date);
"""


def company(directory: Path, *, landed: list[str], marts: list[str], seq: int) -> Path:
    """A candidate: landed rows, and the marts that they became."""
    make_landing(directory, *landed, load_seq=seq)
    with duckdb.connect(str(Databases.of(directory).marts)) as connection:
        connection.execute(_MARTS)
        for statement in marts:
            connection.execute(statement)
    return directory


def found(directory: Path, previous: Path | None = None) -> dict[str, CheckResult]:
    checks = results(CHECK, gate_input(directory, previous=previous))
    assert not [result for result in checks if not result.ran]
    return {result.title: result for result in checks if result.outcome != "pass"}


Made = tuple[list[str], list[str]]
"""Landed rows and rows of marts, as statements."""


def invoiced(
    *,
    count: int,
    seq: int,
    first: int = 0,
    amount: str = "100 + i % 7",
    order: str = "'crm:o' || i",
) -> Made:
    """Orders, an hour apart, each with its invoice two days later."""
    day = f"(timestamp '2026-01-01 09:00:00' + interval (i + {first}) hour)::date"
    ids = f"(select i + {first} as i from range(1, {count + 1}) t(i))"
    landed = [
        rows("orders", f"order_id = 'o' || (i + {first})", count=count, seq=seq),
        rows("invoices", f"invoice_id = 'f' || (i + {first})", count=count, seq=seq),
    ]
    marts = [
        f"insert into customer.fct_orders select 'crm:o' || i, 'crm:a' || i, null, 100 + i % 7, false, 'sale', "
        f"{day.replace(f'i + {first}', 'i')} from {ids}",
        f"insert into customer.fct_invoices select 'crm:f' || i, {order}, {amount}, false, "
        f"{day.replace(f'i + {first}', 'i')} + 2 from {ids}",
    ]
    return landed, marts


def deals(
    *,
    count: int,
    seq: int,
    first: int = 0,
    changed: str = "'Won'",
    entered: str = "1",
    of: str = "i",
    won: bool = True,
) -> Made:
    """Deals won in ten days, whose last change is into the stage `changed`, `entered` hours after creation."""
    ids = f"(select i + {first} as i from range(1, {count + 1}) t(i))"
    landed = [
        rows("deals", f"deal_id = 'd' || (i + {first})", count=count, seq=seq),
        f"insert into landing.deal_stage_changes (deal_id, stage, entered_at, _source, _key_source, _load_seq, _file, "
        f"_line, _is_deleted) select 'd' || {of}, {changed}, {AT} + interval ({entered}) hour, 'crm', 'crm', {seq}, "
        f"'f.csv', i, false from {ids}",
    ]
    marts = [
        f"insert into funnel.fct_deals select 'crm:d' || i, 'crm:a' || i, 'Won', {won}, 500, {AT}, ({AT})::date + 10 "
        f"from {ids}"
    ]
    return landed, marts


def ordered_deals(
    *, count: int, seq: int, first: int = 0, amount: int = 500, order: str = "'crm:d' || i"
) -> Made:
    """Orders of the deals of these numbers."""
    ids = f"(select i + {first} as i from range(1, {count + 1}) t(i))"
    return (
        [rows("orders", f"order_id = 'p' || (i + {first})", count=count, seq=seq)],
        [
            f"insert into customer.fct_orders select 'crm:p' || i, null, {order}, {amount}, false, 'sale', "
            f"({AT})::date + 11 from {ids}"
        ],
    )


def talks(
    *, count: int, seq: int, first: int = 0, moved: int = 0, late: int = 0, state: str = "on_call"
) -> Made:
    """Calls of twenty minutes each, an hour apart, and states of an hour and a half from ten minutes before."""
    at = f"timestamp '2026-01-01 09:00:00' + interval ((i + {first}) * 2) hour"
    return (
        [
            rows("calls", f"call_id = 'c' || (i + {first}); agent_id = 'a1'; talk_seconds = 1200; "
                 f"started_at = {at} + interval ({moved}) minute", count=count, seq=seq),
            rows("agent_states", f"agent_id = 'a1'; state = '{state}'; "
                 f"started_at = {at} - interval {10 - late} minute; "
                 f"ended_at = {at} + interval 80 minute", count=count, seq=seq),
        ],
        [],
    )  # fmt: skip


def spent(
    *, count: int, seq: int, first: int = 0, campaign: str = "'k1'", channel: str = "'search'"
) -> Made:
    """Spend of a day each, on a campaign of the whole year."""
    spend = rows(
        "marketing_spend",
        f"spend_on = date '2026-01-01' + (i + {first})::int; channel = {channel}; campaign_id = {campaign}; amount = 5",
        count=count,
        seq=seq,
    )
    campaigns = (
        rows("campaigns", "campaign_id = 'k' || i", count=2, seq=1) if seq == 1 else "select 1"
    )
    dims = (
        "insert into core.dim_campaigns values ('crm:k1', 'search', '2026-01-01', '2026-12-31'), "
        "('crm:k2', 'search', '2024-01-01', '2024-12-31')"
    )
    return [campaigns, spend], [dims] if seq == 1 else []


def after_release(tmp_path: Path, before: list[Made], new: list[Made]) -> dict[str, CheckResult]:
    """What the check finds in a second release of `before` and then `new`."""

    def joined(made: list[Made]) -> dict[str, list[str]]:
        return {
            "landed": [statement for landed, _ in made for statement in landed],
            "marts": [statement for _, marts in made for statement in marts],
        }

    previous = company(tmp_path / "before", **joined(before), seq=1)
    assert found(previous) == {}
    return found(company(tmp_path / "now", **joined([*before, *new]), seq=2), previous)


INVOICES = invoiced(count=600, seq=1)
WON = deals(count=400, seq=1)
ORDERED = ordered_deals(count=400, seq=1)
TALKS = talks(count=400, seq=1)
SPENT = spent(count=120, seq=1)


def assert_stops(
    tmp_path: Path, before: list[Made], new: list[Made], *, title: str, text: str
) -> None:
    """Fail unless the second release is stopped by the check, with that text and sample keys."""
    check = after_release(tmp_path, before, new)[title]
    assert check.outcome == "fail"
    assert text in check.observed
    assert check.sample_keys
