"""A company whose customers send goods back and whose deals are opened again; every figure is calculated by hand.

Its stages are in no seed, and it knows of the second half in a later refresh: deals that were closed in the first
one are open in the second, or closed on another day.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from semantic_layer.layer import SemanticLayer
from tests.conftest import Embudo
from tests.e2e.factories import company_of
from tests.e2e.metric_queries import as_float, query_rows

pytestmark = pytest.mark.slow

FILES = {
    "accounts": """account_id,name
k1,Uno
k2,Dos
k3,Tres
k4,Cuatro
""",
    "products": """product_id,name,category,unit_cost
s1,Silla,A,8
s2,Mesa,B,90
s3,Vela,C,4
""",
    # b1 is an exchange whose lines sum below zero, b3 of a customer who bought nothing, b4 cancelled; b5 names no
    # customer but the sale; v4 has a line below zero and is a sale all the same
    "orders": """order_id,account_id,ordered_at,status,kind,returns_order_id
v1,k1,2024-02-05T12:00:00Z,completed,,
v2,k2,2024-02-06T12:00:00Z,completed,sale,
v3,k3,2024-02-07T12:00:00Z,completed,,
b1,k1,2024-03-04T12:00:00Z,completed,,v1
b2,k2,2024-03-05T12:00:00Z,completed,return,v2
b3,k4,2024-03-06T12:00:00Z,completed,return,
b4,k3,2024-03-07T12:00:00Z,cancelled,return,v3
v4,k3,2024-03-08T12:00:00Z,completed,,
v5,k1,2024-04-02T12:00:00Z,completed,,
b5,,2024-04-10T12:00:00Z,completed,return,v3
""",
    "order_lines": """order_id,line_no,product_id,quantity,unit_price
v1,1,s1,5,20
v2,1,s2,1,200
v3,1,s1,2,20
b1,1,s1,-3,20
b1,2,s3,1,10
b2,1,s2,-1,200
b3,1,s1,-1,30
b4,1,s1,-2,20
v4,1,s3,4,10
v4,2,s3,-1,10
v5,1,s3,1,15
b5,1,s1,-1,20
""",
    "invoices": """invoice_id,order_id,invoiced_on,amount,status
f1,v1,2024-02-05,100,issued
f2,b1,2024-03-04,-50,issued
""",
    # d5 is lost in the stage that it was in, and no stage change of it is known; d6 was never closed, and is in a stage
    # that is won
    "deals": """deal_id,stage,status,amount,created_at,closed_at,updated_at
d1,Firmado,won,1000,2024-02-01T10:00:00Z,2024-03-20T10:00:00Z,2024-03-20T10:00:00Z
d2,Oferta,open,400,2024-02-02T10:00:00Z,,2024-03-12T10:00:00Z
d3,Descartado,lost,900,2024-02-03T10:00:00Z,2024-03-26T10:00:00Z,2024-03-26T10:00:00Z
d4,Firmado,won,650,2024-02-04T10:00:00Z,2024-03-25T10:00:00Z,2024-03-25T10:00:00Z
d5,Charla,lost,70,2024-02-05T10:00:00Z,2024-03-10T10:00:00Z,2024-03-10T10:00:00Z
d6,Ganado,open,5000,2024-02-06T10:00:00Z,,2024-03-15T10:00:00Z
""",
    "deal_stage_changes": """deal_id,stage,entered_at
d1,Charla,2024-02-01T10:00:00Z
d1,Oferta,2024-03-01T10:00:00Z
d1,Firmado,2024-03-20T10:00:00Z
d2,Charla,2024-02-02T10:00:00Z
d2,Oferta,2024-03-12T10:00:00Z
d3,Charla,2024-02-03T10:00:00Z
d3,Descartado,2024-03-26T10:00:00Z
d4,Charla,2024-02-04T10:00:00Z
d4,Firmado,2024-03-25T10:00:00Z
""",
}
LATER = {
    "deals": """deal_id,stage,status,amount,created_at,closed_at,updated_at
d1,Firmado,won,800,2024-02-01T10:00:00Z,2024-05-10T10:00:00Z,2024-05-10T10:00:00Z
d3,Oferta,open,900,2024-02-03T10:00:00Z,,2024-05-15T10:00:00Z
d5,Charla,open,70,2024-02-05T10:00:00Z,,2024-05-20T10:00:00Z
""",
    "deal_stage_changes": """deal_id,stage,entered_at
d1,Oferta,2024-04-05T10:00:00Z
d1,Firmado,2024-05-10T10:00:00Z
d3,Oferta,2024-05-15T10:00:00Z
""",
}

BY_MONTH = {
    "revenue": {"2024-02": 340, "2024-03": -50 - 200 - 30 + 30, "2024-04": 15 - 20},
    "gross_revenue": {"2024-02": 340, "2024-03": 30, "2024-04": 15},
    "returned_revenue": {"2024-02": 0, "2024-03": 280, "2024-04": 20},
    "return_rate": {"2024-02": 0, "2024-03": 280 / 30, "2024-04": 20 / 15},
    "orders": {"2024-02": 3, "2024-03": 1, "2024-04": 1},
    "average_order_value": {"2024-02": 340 / 3, "2024-03": 30, "2024-04": 15},
    "units_sold": {"2024-02": 8, "2024-03": -2 - 1 - 1 + 3, "2024-04": 1 - 1},
    "cost_of_goods_sold": {"2024-02": 146, "2024-03": -20 - 90 - 8 + 12, "2024-04": 4 - 8},
    "gross_margin": {"2024-02": 194, "2024-03": -250 + 106, "2024-04": 11 - 12},
    "active_customers": {"2024-02": 3, "2024-03": 1, "2024-04": 1},
    "returning_customers": {"2024-02": 0, "2024-03": 1, "2024-04": 1},
    "new_business_revenue": {"2024-02": 340, "2024-03": 0, "2024-04": 0},
    "cross_sell_revenue": {"2024-02": 0, "2024-03": 30, "2024-04": 15},
    "average_days_between_orders": {"2024-03": 30, "2024-04": 57},
    "customer_retention_rate": {"2024-03": 1 / 3, "2024-04": 0},
    "new_customers": {"2024-02": 3},
    "invoiced_revenue": {"2024-02": 100, "2024-03": -50},
    "opportunities_open": {"2024-02": 6, "2024-03": 1, "2024-04": 2, "2024-05": 3, "2024-06": 3},
    "pipeline_value": {"2024-02": 7820, "2024-03": 400, "2024-04": 1200, "2024-05": 1370, "2024-06": 1370},
    "won_value": {"2024-03": 650, "2024-05": 800},
}  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Embudo:
    folder = tmp_path_factory.mktemp("returns")
    company = company_of(
        folder, FILES, company="Vuelta", time_zone="UTC", currency="EUR", country="ES", as_of="2024-06-30"
    )  # fmt: skip
    _take_later_files(company.config)
    company("refresh")
    for name, text in LATER.items():
        (folder / f"{name}_2024-06-01.csv").write_text(text, encoding="utf-8")
    company("refresh")
    return company


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def _take_later_files(config: Path) -> None:
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    for name, stream in settings["sources"]["crm"]["streams"].items():
        stream["files"] = f"{name}*.csv"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")


@pytest.mark.parametrize("metric", list(BY_MONTH))
def test_by_month(metric: str, layer: SemanticLayer) -> None:
    """Months of which a metric has no value, or nothing yet, are left out of what is compared."""
    rows = query_rows(layer, metric, grain="month")
    actual = {f"{row['metric_time__month']:%Y-%m}": as_float(row[metric]) for row in rows}
    expected = BY_MONTH[metric]
    assert {month: actual.get(month) for month in expected} == pytest.approx(expected)
    assert not any(value for month, value in actual.items() if month not in expected)


def test_a_return_alone_makes_no_customer(layer: SemanticLayer) -> None:
    (row,) = query_rows(layer, "active_customers", "new_customers", "customers_at_risk", "orders")
    assert (row["active_customers"], row["new_customers"], row["orders"]) == (3, 3, 5)


def test_sales_and_returns_add_up_to_revenue(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "revenue", by=("order_line__kind",))
    assert {row["order_line__kind"]: as_float(row["revenue"]) for row in rows} == {
        "sale": 385,
        "return": -300,
    }


def test_what_comes_back_is_known_by_product(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "returned_revenue", by=("product__category",))
    actual = {row["product__category"]: as_float(row["returned_revenue"]) for row in rows}
    assert actual == {"A": 110, "B": 200, "C": -10}


def test_a_return_that_names_its_sale_alone_is_of_its_customer(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "returned_revenue", by=("account__name",))
    actual = {row["account__name"]: as_float(row["returned_revenue"]) for row in rows}
    assert actual == {"Uno": 50, "Dos": 200, "Tres": 20, "Cuatro": 30}


def test_a_deal_in_a_won_stage_is_not_open_whatever_its_status(layer: SemanticLayer) -> None:
    (row,) = query_rows(layer, "stale_opportunities", "opportunities_open", "pipeline_value")
    assert [as_float(value) for value in row.values()] == [3, 3, 1370]
