"""A company of a handful of rows, each one an edge of a definition; every figure is calculated by hand.

Mexico City is six hours behind UTC: what happens before six in the morning UTC is of the day before. The data-as-of
time is the last call, 30 June 23:30 there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from semantic_layer.layer import SemanticLayer
from tests.e2e.factories import company_of
from tests.e2e.metric_queries import query_rows

pytestmark = pytest.mark.slow

FILES = {
    "users": """user_id,full_name,team,region,role
u1,Ana,Norte,Centro,rep
u2,Luis,Sur,Costa,rep
""",
    "accounts": """account_id,name,industry
a1,Uno,retail
""",
    "contacts": """contact_id,account_id,mobile,created_at
c1,a1,+525500000001,2026-01-01T12:00:00Z
c2,,+525500000002,2026-01-01T12:00:00Z
""",
    # p2 has no list price and no cost of its own
    "products": """product_id,name,category,unit_price,unit_cost
p1,Uno,A,10,4
p2,Dos,B,,
""",
    # o1 is of 28 February; o3 is cancelled; o4 has no line, and the same time as o5; o7 is of an unknown account
    "orders": """order_id,account_id,contact_id,owner_id,ordered_at,status
o1,a1,,u1,2026-03-01T03:00:00Z,completed
o2,,c2,,2026-03-05T12:00:00Z,completed
o3,a1,,u1,2026-03-06T12:00:00Z,cancelled
o4,a1,,u1,2026-03-10T15:00:00Z,completed
o5,a1,,u1,2026-03-10T15:00:00Z,open
o6,a1,,u1,2026-04-01T05:59:59Z,completed
o7,a9,,,2026-04-02T12:00:00Z,completed
""",
    "order_lines": """order_id,line_no,product_id,quantity,unit_price,discount,unit_cost
o1,1,p1,2,10,1,
o2,1,p2,1,100,,40
o3,1,p1,50,10,,
o5,1,p2,1,50,,
o6,1,p1,1,20,,
o7,1,p9,1,5,,
""",
    # d2 closes on the 180th day there, on the 181st in UTC; d5 has no date and an unknown owner
    "deals": """deal_id,contact_id,owner_id,stage,amount,created_at,closed_at,status
d1,c1,,Won,1000,2026-01-01T12:00:00Z,2026-06-30T12:00:00Z,won
d2,c1,u1,Won,500,2026-01-01T12:00:00Z,2026-07-01T05:00:00Z,won
d3,c2,u2,Won,100,2025-12-31T12:00:00Z,2026-06-30T12:00:00Z,won
d4,,u1,Lost,,2026-02-01T12:00:00Z,2026-02-01T12:00:00Z,lost
d5,,u9,New,300,,,open
d6,,u1,New,,2026-06-20T12:00:00Z,,open
""",
    # l4 is half an hour old
    "leads": """lead_id,contact_id,owner_id,created_at,channel
l1,c1,u1,2026-06-01T10:00:00Z,web
l2,c2,u1,2026-06-02T10:00:00Z,web
l3,,u1,2026-06-03T10:00:00Z,
l4,,u1,2026-07-01T05:00:00Z,web
""",
    # k1 is an hour after l1, k2 an hour and a second after l2; k4 is 24 hours after k3, k6 a second more after k5
    "calls": """call_id,direction,from_number,to_number,agent_id,started_at,wait_seconds,talk_seconds,disposition
k1,outbound,,+525500000001,u1,2026-06-01T11:00:00Z,,29,answered
k2,outbound,,+525500000002,u1,2026-06-02T11:00:01Z,,,no_answer
k3,inbound,+525511111111,,,2026-06-10T10:00:00Z,,,no_answer
k4,outbound,,0052 (55) 1111-1111,u1,2026-06-11T10:00:00Z,,30,answered
k5,inbound,+525522222222,,,2026-06-10T10:00:00Z,,,abandoned
k6,outbound,,55 2222 2222,u1,2026-06-11T10:00:01Z,,60,answered
k7,inbound,,,,2026-06-12T10:00:00Z,,,no_answer
k8,inbound,+525533333333,,u2,2026-06-13T10:00:00Z,20,30,answered
k9,inbound,+525544444444,,u2,2026-07-01T05:30:00Z,21,31,answered
""",
    # t1 is done when it is due, t3 is due now, t5 later
    "tasks": """task_id,owner_id,created_at,due_at,completed_at
t1,u1,2026-06-01T12:00:00Z,2026-06-15T10:00:00Z,2026-06-15T10:00:00Z
t2,u1,2026-06-01T12:00:00Z,2026-06-16T10:00:00Z,2026-06-17T10:00:00Z
t3,u1,2026-06-01T12:00:00Z,2026-07-01T05:30:00Z,
t4,u1,2026-06-01T12:00:00Z,2026-06-20T10:00:00Z,
t5,u1,2026-06-01T12:00:00Z,2026-07-10T10:00:00Z,
""",
}

TOTALS = {
    "revenue": 19 + 100 + 50 + 20 + 5,
    "orders": 6,
    "average_order_value": 194 / 6,
    "units_sold": 2 + 1 + 1 + 1 + 1,
    "cost_of_goods_sold": 8 + 40 + 4,
    "gross_margin": 194 - 52,
    "new_business_revenue": 19 + 100 + 5,
    "cross_sell_revenue": 50,
    "up_sell_revenue": 0,
    "repeat_revenue": 20,
    "revenue_per_rep": 194,
    "active_customers": 3,
    "new_customers": 3,
    "returning_customers": 1,
    "average_days_between_orders": (10 + 0 + 21) / 3,
    "customers_at_risk": 1,
    "opportunities_created": 5,
    "opportunity_conversion_rate": 2 / 5,
    "win_rate": 3 / 4,
    "win_rate_by_value": 1,
    "won_value": 1600,
    "sales_cycle_days": (180 + 180 + 181) / 3,
    "opportunities_open": 2,
    "pipeline_value": 300,
    "leads_created": 4,
    "leads_contacted": 2,
    "lead_response_hours": (3600 + 3601) / 2 / 3600,
    "lead_response_within_1h_rate": 1 / 3,
    "calls": 9,
    "inbound_calls": 5,
    "answer_rate": 2 / 5,
    "connection_rate": 3 / 4,
    "missed_calls": 3,
    # k7 hides its number
    "missed_call_recovery_rate": 1 / 2,
    "abandonment_rate": 1 / 5,
    # the wait of the three missed ones is not known
    "service_level_20s": 1 / 2,
    "average_speed_of_answer": 20.5,
    "conversations": 4,
    "contacts_touched": 2,
    "tasks_overdue": 1,
    "task_on_time_rate": 1 / 4,
}

BY_MONTH = {
    "revenue": {"2026-02": 19, "2026-03": 170, "2026-04": 5},
    "orders": {"2026-02": 1, "2026-03": 4, "2026-04": 1},
    "new_customers": {"2026-02": 1, "2026-03": 1, "2026-04": 1},
    "returning_customers": {"2026-02": 0, "2026-03": 1, "2026-04": 0},
    "customer_retention_rate": {"2026-02": None, "2026-03": 1, "2026-04": 0, "2026-05": 0},
    "opportunity_conversion_rate": {"2025-12": 0, "2026-01": 1, "2026-02": 0, "2026-06": 0},
    "won_value": {"2026-02": 0, "2026-06": 1600},
    "leads_created": {"2026-06": 4},
    "calls": {"2026-06": 9},
}


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SemanticLayer]:
    company = company_of(
        tmp_path_factory.mktemp("awkward"),
        FILES,
        company="Rara",
        time_zone="America/Mexico_City",
        currency="MXN",
        country="MX",
    )
    company("refresh")
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


@pytest.mark.parametrize("metric", list(TOTALS))
def test_total(metric: str, layer: SemanticLayer) -> None:
    (row,) = query_rows(layer, metric)
    assert float(row[metric]) == pytest.approx(TOTALS[metric], abs=1e-9)


@pytest.mark.parametrize("metric", list(BY_MONTH))
def test_by_month(metric: str, layer: SemanticLayer) -> None:
    """Days are those of Mexico City."""
    rows = query_rows(layer, metric, grain="month")
    actual = {f"{row['metric_time__month']:%Y-%m}": row[metric] for row in rows}
    assert {month: None if value is None else float(value) for month, value in actual.items()} == (
        BY_MONTH[metric]
    )


def test_what_nobody_is_known_of_keeps_its_figures(layer: SemanticLayer) -> None:
    """Orders without an owner or an account, and deals of nobody, are in a group of their own."""

    def by(metric: str, dimension: str) -> dict[Any, float]:
        rows = query_rows(layer, metric, by=(dimension,))
        return {row[dimension]: float(row[metric]) for row in rows}

    assert by("revenue", "rep__name") == {"Ana": 89, None: 105}
    assert by("revenue", "account__industry") == {"retail": 89, None: 105}
    assert by("revenue", "product__category") == {"A": 39, "B": 150, None: 5}
    assert by("won_value", "rep__name") == {"Ana": 500, "Luis": 100, None: 1000}
    assert by("opportunities_open", "rep__name") == {"Ana": 1, "Luis": 0, None: 1}


def test_pipeline_at_the_end_of_a_month(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "pipeline_value", "opportunities_open", grain="month")
    actual = {
        f"{row['metric_time__month']:%Y-%m}": (
            float(row["pipeline_value"]),
            row["opportunities_open"],
        )
        for row in rows
    }
    assert actual["2026-05"] == (1600, 3)
    assert actual["2026-06"] == (300, 2)


def test_running_totals_end_where_the_data_does(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "revenue_year_to_date", grain="month")
    actual = [
        (f"{row['metric_time__month']:%Y-%m}", float(row["revenue_year_to_date"])) for row in rows
    ]
    assert actual == [
        ("2026-02", 19),
        ("2026-03", 189),
        ("2026-04", 194),
        ("2026-05", 194),
        ("2026-06", 194),
    ]
