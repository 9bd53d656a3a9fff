"""Returns of the made-up company: orders that take a part of a sale back."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company
from sandbox.orders import net_cents


def test_a_return_takes_back_no_more_than_was_sold(company: Company) -> None:
    orders, lines = company.shop.orders, company.shop.lines
    net = np.bincount(lines["order"], weights=net_cents(lines))
    returns = orders.take(orders["returns"] != NONE)
    assert (
        len(returns) == len(np.unique(returns["order"])) == len(np.unique(returns["returns"])) > 5
    )
    assert (net[returns["order"]] < 0).all()
    assert (net[returns["order"]] + net[returns["returns"]] >= 0).all()
    sold_at = orders.newest("order", "updated_at")["delivered_at"][returns["returns"]]
    assert (returns["ordered_at"] > sold_at).all()


def test_some_returns_name_nothing_but_their_sale(company: Company) -> None:
    orders = company.shop.orders
    bare = orders["bare"] == 1
    assert 0 < bare.sum() < (orders["returns"] != NONE).sum()
    assert (orders["returns"][bare] != NONE).all()


def test_each_return_has_a_credit_note_of_its_lines(company: Company) -> None:
    shop = company.shop
    notes = shop.invoices.take(shop.invoices["amount"] < 0)
    net = np.bincount(shop.lines["order"], weights=net_cents(shop.lines))
    assert len(notes) == (shop.orders["returns"] != NONE).sum()
    assert (net[notes["order"]] == notes["amount"]).all()
