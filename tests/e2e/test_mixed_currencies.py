"""A company that sells in three currencies and reports in one of them: every figure is calculated by hand.

Reporting is in US dollars. A euro buys 1.10 of them, from March 1.20; and 20 pesos, from March 24: a peso is
worth 0.055 dollars, then 0.05. Of Colombian pesos it buys thousands, and amounts in them have nine digits. The last
thing that happens is on 31 March.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from semantic_layer.layer import SemanticLayer
from tests.conftest import Embudo
from tests.e2e.factories import company_of, project_copy
from tests.e2e.metric_queries import query_rows

pytestmark = pytest.mark.slow

RATES = """currency,valid_from_on,units_per_euro
EUR,1900-01-01,1
USD,1900-01-01,1.10
USD,2026-03-01,1.20
MXN,1900-01-01,20
mxn,2026-03-01,24
COP,1900-01-01,4317.33
"""

FILES = {
    "users": """user_id,full_name,team,region,role
u1,Ana,Norte,Centro,rep
""",
    "accounts": """account_id,name
a1,Uno
""",
    "contacts": """contact_id,account_id,email,created_at
c1,a1,uno@example.com,2026-01-01T12:00:00Z
""",
    "products": """product_id,name,category,unit_price,unit_cost,currency
p1,Uno,A,100,30,EUR
p2,Dos,B,50,8,USD
""",
    # o5 states no currency; o6 is at the first instant of the new rates
    "orders": """order_id,account_id,contact_id,owner_id,ordered_at,status,currency
o1,a1,c1,u1,2026-02-10T12:00:00Z,completed,EUR
o2,a1,c1,u1,2026-03-10T12:00:00Z,completed,EUR
o3,a1,c1,u1,2026-02-28T23:59:59Z,completed,MXN
o4,a1,c1,u1,2026-03-20T12:00:00Z,completed,mxn
o5,a1,c1,u1,2026-03-25T12:00:00Z,completed,
o6,a1,c1,u1,2026-03-01T00:00:00Z,completed,EUR
o7,a1,c1,u1,2026-03-28T12:00:00Z,completed,COP
""",
    # a line's own cost is in the order's currency, a product's in the product's
    "order_lines": """order_id,line_no,product_id,quantity,unit_price,unit_cost
o1,1,p1,2,100,40
o2,1,p1,1,100,
o3,1,p2,10,200,
o4,1,p2,10,200,
o5,1,p2,1,50,
o6,1,p1,1,10,5
o7,1,p1,1,987654321,123456789
""",
    "invoices": """invoice_id,order_id,account_id,invoiced_on,amount,currency,status
i1,o1,a1,2026-02-28,200,EUR,paid
i2,o4,a1,2026-03-01,2000,MXN,issued
i3,o7,a1,2026-03-28,987654321,COP,issued
""",
    # a deal counts at the rate of the day it closed, an open one at that of each day it is looked at
    "deals": """deal_id,contact_id,owner_id,stage,amount,currency,created_at,closed_at,status
d1,c1,u1,Won,1000,EUR,2026-02-01T12:00:00Z,2026-03-05T12:00:00Z,won
d2,c1,u1,Won,1000,MXN,2026-02-01T12:00:00Z,2026-02-25T12:00:00Z,won
d3,c1,u1,New,500,EUR,2026-02-01T12:00:00Z,,open
d4,c1,u1,Lost,2000,MXN,2026-03-01T12:00:00Z,2026-03-31T12:00:00Z,lost
""",
    "marketing_spend": """spend_on,channel,amount,currency
2026-02-28,search,100,EUR
2026-03-01,search,100,EUR
""",
    "staff_costs": """user_id,month,salary,commission,currency
u1,2026-02-01,20000,2000,MXN
u1,2026-03-01,20000,0,MXN
""",
    "targets": """metric,scope,scope_key,period_grain,period_start,target,currency,set_on
revenue,rep,u1,month,2026-02-01,100,EUR,2026-01-01
orders,rep,u1,month,2026-02-01,4,EUR,2026-01-01
""",
}

COP = 1.2 / 4317.33

# metric: its February and its March
BY_MONTH = {
    "revenue": (
        2 * 100 * 1.1 + 10 * 200 * 0.055,
        100 * 1.2 + 10 * 200 * 0.05 + 50 + 10 * 1.2 + 987654321 * COP,
    ),
    "cost_of_goods_sold": (
        2 * 40 * 1.1 + 10 * 8,
        30 * 1.2 + 10 * 8 + 8 + 5 * 1.2 + 123456789 * COP,
    ),
    "orders": (2, 5),
    "invoiced_revenue": (200 * 1.1, 2000 * 0.05 + 987654321 * COP),
    "won_value": (1000 * 0.055, 1000 * 1.2),
    "lost_value": (0, 2000 * 0.05),
    "pipeline_value": (1000 * 1.1 + 500 * 1.1, 500 * 1.2),
    "marketing_spend": (100 * 1.1, 100 * 1.2),
    "sales_staff_cost": (22000 * 0.055, 20000 * 0.05),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the company's rates in its seed."""
    project = project_copy(tmp_path_factory.mktemp("project"))
    (project / "seeds" / "exchange_rates.csv").write_text(RATES, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Embudo:
    """The company after one refresh."""
    company = company_of(
        tmp_path_factory.mktemp("currencies"),
        FILES,
        company="Tres monedas",
        time_zone="UTC",
        currency="USD",
        country="US",
    )
    company("refresh", EMBUDO_PROJECT=str(project))
    return company


@pytest.mark.parametrize("metric", list(BY_MONTH))
def test_amounts_are_at_the_rate_of_their_own_day(metric: str, company: Embudo) -> None:
    with SemanticLayer.open(company.home / "current") as layer:
        rows = query_rows(layer, metric, grain="month")
    actual = {f"{row['metric_time__month']:%Y-%m}": float(row[metric] or 0) for row in rows}
    assert (actual.get("2026-02", 0), actual.get("2026-03", 0)) == pytest.approx(
        BY_MONTH[metric],
        abs=1e-9,
        rel=2e-10,  # an invoice has four decimals
    )


def test_a_target_is_money_at_the_rate_of_its_period(company: Embudo) -> None:
    """100 EUR of February are 110 dollars; a target of orders is a number whatever currency stands beside it."""
    with SemanticLayer.open(company.home / "current") as layer:
        rows = query_rows(layer, "quota", "quota_attainment", grain="month", by=("rep__name",))
    quota = {f"{row['metric_time__month']:%Y-%m}": row for row in rows}["2026-02"]
    assert float(quota["quota"]) == pytest.approx(110)
    assert float(quota["quota_attainment"]) == pytest.approx(BY_MONTH["revenue"][0] / 110)
    with duckdb.connect(company.home / "current" / "marts.duckdb", read_only=True) as marts:
        targets = marts.execute("select metric, target from performance.fct_targets").fetchall()
    assert {metric: float(target) for metric, target in targets} == {"orders": 4, "revenue": 110}


def test_an_amount_without_a_rate_is_not_released(company: Embudo, project: Path) -> None:
    """Pounds have no rate: the gate names its check, and the release that is there stays."""
    assert company.config is not None
    before = (company.home / "current").resolve()
    orders = company.config.with_name("orders.csv")
    text = orders.read_text(encoding="utf-8")
    orders.write_text(f"{text}o8,a1,c1,u1,2026-03-30T12:00:00Z,completed,GBP\n", encoding="utf-8")
    output = company("refresh", expect=5, EMBUDO_PROJECT=str(project)).stderr
    assert "core_amounts_have_rates" in output
    assert (company.home / "current").resolve() == before
