"""Orders, lines and invoices."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company
from sandbox.deals import WON
from sandbox.frames import Frame
from sandbox.orders import CANCELLED, COMPLETED, net_cents


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_a_line_is_worth_its_quantity_times_its_price_less_its_discount() -> None:
    lines = Frame(
        {"quantity": ints(2, 3), "price": ints(500, 100), "discount": ints(50, NONE)}, ints(0, 0)
    )
    assert net_cents(lines).tolist() == [950, 300]


def test_every_order_has_lines_that_are_numbered_from_one(company: Company) -> None:
    orders, lines = company.shop.orders, company.shop.lines
    assert set(lines["order"].tolist()) == set(orders["order"].tolist())
    first = np.ones(len(lines), dtype=bool)
    first[1:] = lines["order"][1:] != lines["order"][:-1]
    assert (lines["line"][first] == 1).all()
    assert (lines["line"][1:][~first[1:]] == lines["line"][:-1][~first[1:]] + 1).all()
    is_return = np.isin(lines["order"], orders["order"][orders["returns"] != NONE])
    assert ((net_cents(lines) < 0) == is_return).all()


def test_invoices_are_of_completed_orders_and_their_amount(company: Company) -> None:
    newest = company.shop.orders.newest("order", "updated_at")
    invoices, lines = company.shop.invoices, company.shop.lines
    status = newest["status"][invoices["order"]]
    assert (status == COMPLETED).all()
    assert len(invoices) == (newest["status"] == COMPLETED).sum()
    total = np.bincount(lines["order"], weights=net_cents(lines)).astype(np.int64)
    assert (invoices["amount"] == total[invoices["order"]]).all()
    assert (newest["delivered_at"][newest["status"] == CANCELLED] == NONE).all()


def test_an_order_of_a_deal_follows_its_being_won(company: Company) -> None:
    orders = company.shop.orders.distinct("order")
    of_deal = orders.take(orders["deal"] != NONE)
    assert len(of_deal) > 0
    assert (company.pipeline.deal_status[of_deal["deal"]] == WON).all()
    assert (of_deal["ordered_at"] > company.pipeline.deal_closed_at[of_deal["deal"]]).all()
