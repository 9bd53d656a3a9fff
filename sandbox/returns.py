"""Returns: goods that come back some weeks after a sale was delivered, and their credit notes.

One sale in fifty comes back, a line of it in part or whole. Amounts are in cents.
"""

from __future__ import annotations

import numpy as np

from sandbox.clock import DAY, NONE, Clock, Ints, generator, pick
from sandbox.frames import Frame, stack
from sandbox.orders import COMPLETED, Shop

_SHARE = 0.02
_BARE = 3
"""One return in so many states nothing but the sale that it is of."""


def with_returns(clock: Clock, shop: Shop, *, seed: int) -> Shop:
    """The shop with its returns: orders with the number of a sale in `returns`, and a negative line.

    `bare` is 1 where the export shows no customer and no seller, which are those of the sale.
    """
    rng = generator(seed, "returns")
    sales = shop.orders.take(shop.orders["status"] == COMPLETED)
    sales = sales.take(rng.random(len(sales)) < _SHARE)
    whole = shop.lines.take(shop.lines["discount"] == NONE)
    order, first = np.unique(whole["order"], return_index=True)
    at = np.minimum(np.searchsorted(order, sales["order"]), len(order) - 1)
    kept = order[at] == sales["order"]
    sales, lines = sales.take(kept), whole.take(first[at[kept]])
    number = int(shop.orders["order"].max()) + 1 + np.arange(len(sales), dtype=np.int64)
    returned_at = sales["delivered_at"] + rng.integers(2 * DAY, 25 * DAY, len(sales))
    on = np.maximum(clock.local_day(returned_at), sales.exported_on)
    returns = {
        **sales.columns,
        "order": number,
        "deal": np.full(len(sales), NONE, dtype=np.int64),
        "ordered_at": returned_at,
        "delivered_at": returned_at,
        "updated_at": returned_at,
        "returns": sales["order"],
        "bare": (number % _BARE == 0).astype(np.int64),
    }
    quantity = -rng.integers(1, lines["quantity"] + 1)
    back = {**lines.columns, "order": number, "line": np.ones_like(number), "quantity": quantity}
    notes = {
        "invoice": len(shop.invoices) + np.arange(len(sales), dtype=np.int64),
        "order": number,
        "invoiced_on": clock.local_day(returned_at),
        "amount": quantity * lines["price"],
        "status": pick(rng, len(sales), np.array([0.3, 0.7])),
    }
    return Shop(
        orders=stack([_sales(shop.orders), Frame(returns, on)]),
        lines=stack([shop.lines, Frame(back, on)]),
        invoices=stack([shop.invoices, Frame(notes, on)]),
    )


def _sales(orders: Frame) -> Frame:
    count = len(orders)
    none: Ints = np.full(count, NONE, dtype=np.int64)
    columns = {**orders.columns, "returns": none, "bare": np.zeros(count, dtype=np.int64)}
    return Frame(columns, orders.exported_on)
