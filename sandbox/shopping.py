"""Orders, their lines and their invoices, as the shop and billing know them. Amounts are in cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, WEB_HOURS, Clock, Ints, generator, pick
from sandbox.customers import Customers
from sandbox.frames import Frame, lookup, stack
from sandbox.people import Staff
from sandbox.selling import WON, Selling

OPEN, COMPLETED, CANCELLED = 0, 1, 2
_LINES = np.array([0.3, 0.28, 0.2, 0.12, 0.1])
_CHANNELS = np.array([0.5, 0.3, 0.14, 0.06])


@dataclass(frozen=True)
class Shopping:
    """Orders (one row a version), their lines, and invoices."""

    orders: Frame
    lines: Frame
    invoices: Frame


def make_shopping(
    clock: Clock,
    staff: Staff,
    customers: Customers,
    products: Frame,
    selling: Selling,
    *,
    seed: int,
    scale: float,
) -> Shopping:
    """25,000 orders at scale 1, of which half come from one contact in twelve and some from won deals."""
    rng = generator(seed, "shopping")
    sold = np.flatnonzero(
        (selling.deal_status == WON)
        & (selling.deal_contact != NONE)
        & (rng.random(len(selling.deal_status)) < 0.6)
        & (clock.local_day(selling.deal_closed_at) < clock.last_day)
    ).astype(np.int64)
    count = max(60, round(25_000 * scale)) - len(sold)
    free_at = clock.spread(rng, max(count, 0), clock.demand, WEB_HOURS)
    chosen = customers.known_at(rng, free_at, favour=1.3)
    regular = rng.random(len(chosen)) < 0.5
    chosen = np.where(regular, chosen - chosen % 12, chosen)
    at = np.concatenate([free_at, selling.deal_closed_at[sold] + rng.integers(600, DAY, len(sold))])
    contact = np.concatenate([chosen, selling.deal_contact[sold]])
    deal = np.concatenate([np.full(len(free_at), NONE, dtype=np.int64), sold])
    order = np.argsort(at, kind="stable")
    at, contact, deal = at[order], contact[order], deal[order]

    count = len(at)
    channel = np.where(deal == NONE, pick(rng, count, _CHANNELS), 1)
    owner = np.where(
        deal == NONE, customers.owner_of[contact], lookup(selling.deal_owner, deal, NONE)
    )
    alone = np.isin(channel, (0, 3)) & (rng.random(count) < 0.3) & (deal == NONE)
    account = customers.account_of[contact]
    by_account = (account != NONE) & (rng.random(count) < 0.2)
    fate = pick(rng, count, np.array([0.02, 0.94, 0.04]))
    settled_at = at + rng.integers(DAY, 10 * DAY, count)
    orders = {
        "order": np.arange(count, dtype=np.int64),
        "account": account,
        "contact": np.where(by_account, NONE, contact),
        "deal": deal,
        "owner": np.where(alone, NONE, owner),
        "ordered_at": at,
        "delivered_at": np.full(count, NONE, dtype=np.int64),
        "status": np.full(count, OPEN, dtype=np.int64),
        "channel": channel,
        "updated_at": at,
    }
    first = Frame(orders, clock.local_day(at))
    settled = orders | {
        "delivered_at": np.where(fate == COMPLETED, settled_at, NONE),
        "status": fate,
        "updated_at": settled_at,
    }
    last = Frame(settled, clock.local_day(settled_at)).take(fate != OPEN)

    late = rng.random(count) < 0.01
    seen_on = first.known_on + np.where(late, rng.integers(5, 45, count), 0)
    first = first.first_known(seen_on)
    last = last.first_known(np.maximum(last.known_on, seen_on[last["order"]]))
    lines = _lines(rng, products, orders["order"], account != NONE, seen_on)
    return Shopping(
        orders=stack([first, last]),
        lines=lines,
        invoices=_invoices(clock, rng, last, lines, count),
    )


def _lines(
    rng: np.random.Generator, products: Frame, orders: Ints, wholesale: Ints, seen_on: Ints
) -> Frame:
    sizes = 1 + pick(rng, len(orders), _LINES)
    order = np.repeat(orders, sizes)
    starts = np.cumsum(sizes) - sizes
    number = np.arange(len(order), dtype=np.int64) - starts[order] + 1
    weights = np.asarray(1.0 / (1.0 + np.arange(len(products)) % 40), dtype=np.float64)
    product = pick(rng, len(order), weights)
    quantity = rng.geometric(0.5, len(order)) * np.where(wholesale[order], 3, 1)
    price = products["price"][product]
    discount = np.round(quantity * price * rng.choice([0.05, 0.1, 0.15], len(order))).astype(
        np.int64
    )
    columns = {
        "order": order,
        "line": number,
        "product": product,
        "quantity": quantity.astype(np.int64),
        "price": price,
        "discount": np.where(rng.random(len(order)) < 0.2, discount, NONE),
        "cost": products["cost"][product],
    }
    return Frame(columns, seen_on[order])


def net_cents(lines: Frame) -> Ints:
    """Quantity x price - discount of each line."""
    return np.asarray(
        lines["quantity"] * lines["price"] - np.maximum(lines["discount"], 0), dtype=np.int64
    )


def _invoices(
    clock: Clock, rng: np.random.Generator, settled: Frame, lines: Frame, count: int
) -> Frame:
    done = settled.take(settled["status"] == COMPLETED)
    total = np.bincount(lines["order"], weights=net_cents(lines), minlength=count).astype(np.int64)
    on = clock.local_day(done["delivered_at"])
    columns = {
        "invoice": np.arange(len(done), dtype=np.int64),
        "order": done["order"],
        "invoiced_on": on,
        "amount": total[done["order"]],
        "status": pick(rng, len(done), np.array([0.3, 0.68, 0.02])),
    }
    return Frame(columns, np.maximum(on, done.known_on))
