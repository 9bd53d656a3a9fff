"""The catalogue of products."""

from __future__ import annotations

import numpy as np

from sandbox.clock import Clock, generator
from sandbox.frames import Frame
from sandbox.words import CATEGORIES

PRODUCT_COUNT = 120


def make_products(clock: Clock, *, seed: int) -> Frame:
    """All products, with prices and costs in cents."""
    rng = generator(seed, "products")
    product = np.arange(PRODUCT_COUNT, dtype=np.int64)
    price = np.round(np.exp(rng.normal(3.4, 0.9, PRODUCT_COUNT)) * 20) * 5 + 95
    margin = rng.uniform(0.25, 0.6, PRODUCT_COUNT)
    columns = {
        "product": product,
        "category": product % len(CATEGORIES),
        "price": price.astype(np.int64),
        "cost": np.round(price * (1 - margin)).astype(np.int64),
    }
    return Frame(columns, np.full(PRODUCT_COUNT, clock.first_day, dtype=np.int64))
