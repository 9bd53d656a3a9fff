"""Marts made by hand: reps who move, targets, benchmarks, rules, and nothing else in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from scorecards.release_tables import AsOf, write_tables
from semantic_layer.records import Metric

AS_OF = datetime(2026, 6, 20, 12, 0)

_MARTS = """
    create schema core; create schema activity; create schema funnel; create schema customer;
    create schema performance;
    create table core.dim_reps (
        rep_version_key varchar, rep_key varchar, rep_name varchar, team varchar, region varchar,
        is_latest boolean, valid_from_at timestamp, valid_to_at timestamp
    );
    insert into core.dim_reps values
        ('a1', 'crm:A', 'Ana', 'Alfa', 'Norte', false, '1900-01-01', '2026-03-10'),
        ('a2', 'crm:A', 'Ana', 'Beta', 'Sur', true, '2026-03-10', '9999-12-31'),
        ('b1', 'crm:B', 'Bruno', 'Beta', 'Sur', true, '1900-01-01', '9999-12-31');
    create table core.dim_contacts (contact_key varchar, owner_key varchar);
    create table performance.fct_targets (
        target_key varchar, metric varchar, scope varchar, scope_key varchar, period_grain varchar,
        period_start_on date, target decimal(18, 4), target_with_growth decimal(18, 4), set_on date,
        review_every_months bigint
    );
    create table performance.dim_benchmarks (
        benchmark_key varchar, metric varchar, industry varchar, region varchar,
        low decimal(18, 6), typical decimal(18, 6), high decimal(18, 6), valid_from_on date,
        valid_to_on date
    );
    create table performance.dim_alert_rules (
        alert_rule_key varchar, rule varchar, metric varchar, scope varchar, unit varchar,
        severity varchar, description varchar, threshold decimal(18, 6), look_back_days bigint
    );
    create table activity.fct_tasks (
        task_key varchar, rep_key varchar, due_at timestamp, is_overdue boolean
    );
    create table activity.fct_calls (
        call_key varchar, contact_key varchar, is_missed boolean, is_number_known boolean,
        started_at timestamp, returned_at timestamp
    );
    create table funnel.fct_leads (
        lead_key varchar, rep_key varchar, created_at timestamp, is_contacted boolean,
        is_disqualified boolean, deal_key varchar
    );
    create table funnel.fct_open_deals (
        deal_key varchar, rep_key varchar, idle_since_at timestamp
    );
    create table customer.fct_customer_month_ends (
        customer_key varchar, rep_version_key varchar, month_end_on date, orders_to_date bigint,
        recency_days bigint, usual_gap_days double, last_order_on date
    );
"""


def metric(name: str, *, unit: str = "currency", better: str = "up", **overrides: Any) -> Metric:
    """A metric of the catalogue; a sum over its period by default."""
    fields: dict[str, Any] = {
        "kind": "simple",
        "label": name.capitalize(),
        "label_es": name,
        "description": "",
        "cadence": "monthly",
        "roles": (),
        "owner": "",
        "objective": "",
        "action": "",
        "family": "revenue",
        "inputs": (),
        "formula": "",
        "requires_metric_time": False,
        "accumulates": True,
        "is_conversion": False,
    }
    return Metric(name=name, unit=unit, better=better, **{**fields, **overrides})


REVENUE = metric("revenue")
RATE = metric("win_rate", unit="percent", kind="ratio", accumulates=False)
COMPLAINTS = metric("complaints", unit="count", better="down")


class Marts:
    """The marts, and the two tables written from values."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def write(
        self, values: Sequence[tuple[Any, ...]], *, as_of: datetime = AS_OF, **newest: datetime
    ) -> None:
        """`values`: metric, scope, scope_key, grain, period_start, value."""
        names = ("metric", "scope", "scope_key", "grain", "period_start", "value")
        columns = list(zip(*values, strict=True)) if values else [[] for _ in names]
        kinds = (pa.string(),) * 4 + (pa.date32(), pa.float64())
        table = pa.table(
            {n: pa.array(list(c), k) for n, c, k in zip(names, columns, kinds, strict=True)}
        )
        write_tables(
            self.connection,
            [table],
            [REVENUE, RATE, COMPLAINTS],
            AsOf(as_of=as_of, as_of_on=as_of.date(), release_id="R1", newest_of_source=newest),
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer of a query."""
        return self.connection.execute(sql).fetchall()

    def target(
        self,
        name: str,
        scope: str,
        key: str,
        start: date,
        target: float,
        *,
        growth: float = 0,
        grain: str = "month",
        set_on: date | None = None,
        review: int | None = None,
    ) -> None:
        """Set a target."""
        self.connection.execute(
            "insert into performance.fct_targets values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                f"{name}|{scope}|{key}|{grain}|{start}", name, scope, key, grain, start, target,
                target * (1 + growth), set_on, review,
            ],
        )  # fmt: skip


@pytest.fixture
def marts() -> Iterator[Marts]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(_MARTS)
        yield Marts(connection)
