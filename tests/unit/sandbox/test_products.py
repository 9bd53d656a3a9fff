"""The catalogue of products."""

from __future__ import annotations

import numpy as np

from sandbox.clock import Clock
from sandbox.products import PRODUCT_COUNT, make_products
from sandbox.words import CATEGORIES


def test_every_product_costs_less_than_its_price_and_every_category_has_some() -> None:
    clock = Clock(first_day=20_000, last_day=20_700)
    products = make_products(clock, seed=7)
    assert len(products) == PRODUCT_COUNT
    assert ((products["cost"] > 0) & (products["cost"] < products["price"])).all()
    assert len(np.unique(products["category"])) == len(CATEGORIES)
    assert (products["price"] == make_products(clock, seed=7)["price"]).all()
    assert (products["price"] != make_products(clock, seed=8)["price"]).any()
