"""Declared reconciliations as SQL: both sides run on small tables, and agree by hand."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.quality.reconciliation_sql import Reconciliation, newest, reconciliations_of

TABLES = """
    attach ':memory:' as warehouse; attach ':memory:' as marts;
    create schema warehouse.landing; create schema marts.funnel; create schema marts.performance;
    create table warehouse.landing.settings as
        select 'EUR' as currency, 'Europe/Madrid' as time_zone, date '2026-06-30' as as_of_on;
    create table warehouse.landing.deals as select * from (values
        ('crm', '1', 'won', 10, 'eur', timestamp '2026-05-31 22:30:00', null::timestamp, 'a.csv', 1, 1, false),
        ('crm', '1', 'won', 12, 'eur', timestamp '2026-05-31 22:30:00', timestamp '2026-06-02', 'a.csv', 1, 2, false),
        ('crm', '2', 'lost', 7, 'USD', timestamp '2026-06-01 10:00:00', null, 'a.csv', 1, 3, false),
        ('crm', '3', 'won', 5, 'EUR', timestamp '2026-06-01 10:00:00', null, 'a.csv', 1, 4, false),
        ('crm', '3', 'won', 5, 'EUR', timestamp '2026-06-01 10:00:00', null, 'b.csv', 2, 1, true)
    ) as t(_source, deal_id, status, amount, currency, closed_at, updated_at, _file, _load_seq, _line, _is_deleted);
    create table marts.funnel.fct_deals as select * from (values
        ('crm:1', 12.0, 'won', date '2026-06-01'), ('crm:2', 6.5, 'lost', date '2026-06-01')
    ) as t(deal_key, amount, status, closed_on);
    create table marts.performance.metric_values as
        select 'won_value' as metric, 'month' as grain, date '2026-06-01' as period_start, 12.0 as value;
"""
DEALS = {
    "what": "deals",
    "stream_key": ["deal_id"],
    "newest_by": "updated_at",
    "amount": {"amount": "{{ if_reporting_currency('landed.amount', 'landed') }}"},
    "facts": {"status": "landed.status", "closed_on": "{{ local_day('landed.closed_at') }}"},
}


def declared(**forms: Any) -> tuple[Reconciliation, ...]:
    return reconciliations_of("funnel.fct_deals", "deal_key", forms, file="_fct_deals__checks.yml")


def rows(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        return connection.execute(f"from ({sql}) order by key").fetchall()


def test_a_mart_with_one_row_per_key_of_its_stream() -> None:
    """The newest version counts, the deleted deal does not, another currency has no expected amount, and half
    past ten of the evening in UTC is the next day in Madrid.
    """
    (reconciliation,) = declared(reconcile={"deals": DEALS})
    expected, actual = reconciliation.queries()
    assert (reconciliation.name, reconciliation.has_facts) == ("reconcile.deals", True)
    assert rows(expected) == [
        ("crm:1", 12, "won|2026-06-01"),
        ("crm:2", None, "lost|2026-06-01"),
    ]
    assert [(key, float(amount), facts) for key, amount, facts in rows(actual)] == [
        ("crm:1", 12.0, "won|2026-06-01"),
        ("crm:2", 6.5, "lost|2026-06-01"),
    ]


def test_months_of_a_metric_against_plain_sql() -> None:
    form = {"amount": "sum(amount)", "day": "closed_on", "where": "status = 'won'"}
    (reconciliation,) = declared(metric_months={"won_value": form})
    expected, actual = reconciliation.queries()
    assert reconciliation.name == "reconcile.metric.won_value"
    assert rows(expected) == [("2026-06", 12.0)]
    assert [(key, float(value)) for key, value in rows(actual)] == [("2026-06", 12.0)]


def test_sql_of_both_sides_and_another_where_revenue_comes_from_deals() -> None:
    own = {"what": "rows", "expected": "select 1", "found": "select 2"}
    other = {"what": "deals", "expected": "select 3", "found": "select 4"}
    (part,) = declared(parts={"orders": {**own, "revenue_from_deals": other}})
    assert (part.name, part.queries()) == ("parts.orders", ("select 1", "select 2"))
    assert part.from_deals is not None
    assert part.from_deals.queries() == ("select 3", "select 4")


def test_the_newest_version_is_that_of_the_later_file_load_and_line() -> None:
    sql = f"select _source || ':' || deal_id as key, amount from {newest('deals', ['deal_id'])}"
    assert rows(sql) == [("crm:1", 12), ("crm:2", 7)]


@pytest.mark.parametrize(
    "form",
    [
        {"reconcile": {"deals": {"what": "x", "stream_key": ["a"], "keys": 1}}},
        {"reconcile": {"deals": {"what": "x", "expected": "select 1"}}},
        {"metric_months": {"revenue": {"amount": "1"}}},
    ],
)
def test_a_key_that_is_unknown_or_missing_is_named(form: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match=r"_fct_deals__checks\.yml: (deals|revenue) needs"):
        declared(**form)
