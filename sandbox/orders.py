"""Orders, their lines and their invoices, as the shop and billing know them. Amounts are in cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, WEB_HOURS, Clock, Ints, generator, pick
from sandbox.customers import Customers
from sandbox.deals import WON
from sandbox.frames import Frame, lookup, stack
from sandbox.pipeline import Pipeline
from sandbox.staff import Staff

OPEN, COMPLETED, CANCELLED = 0, 1, 2
_LINES = np.array([0.3, 0.28, 0.2, 0.12, 0.1])
_CHANNELS = np.array([0.5, 0.3, 0.14, 0.06])


@dataclass(frozen=True)
class Shop:
    """Orders (one row per version), their lines, and invoices."""

    orders: Frame
    lines: Frame
    invoices: Frame


@dataclass(frozen=True)
class _Placed:
    """When orders are placed, by whom, and for which deal (`NONE` for most); one item per order."""

    at: Ints
    contact: Ints
    deal: Ints


def make_shop(
    clock: Clock,
    staff: Staff,
    customers: Customers,
    products: Frame,
    pipeline: Pipeline,
    *,
    seed: int,
    scale: float,
) -> Shop:
    """25,000 orders at scale 1, of which half come from one contact in twelve and some from won deals."""
    rng = generator(seed, "shopping")
    placed = _placed(clock, rng, customers, pipeline, max(60, round(25_000 * scale)))
    first, last, is_wholesale = _versions(clock, rng, customers, pipeline, placed)
    count = len(placed.at)
    late = rng.random(count) < 0.01
    seen_on = first.exported_on + np.where(late, rng.integers(5, 45, count), 0)
    first = first.exported_from(seen_on)
    last = last.exported_from(np.maximum(last.exported_on, seen_on[last["order"]]))
    lines = _lines(rng, products, first["order"], is_wholesale, seen_on)
    return Shop(
        orders=stack([first, last]),
        lines=lines,
        invoices=_invoices(clock, rng, last, lines, count),
    )


def _placed(
    clock: Clock, rng: np.random.Generator, customers: Customers, pipeline: Pipeline, wanted: int
) -> _Placed:
    sold = np.flatnonzero(
        (pipeline.deal_status == WON)
        & (pipeline.deal_contact != NONE)
        & (rng.random(len(pipeline.deal_status)) < 0.6)
        & (clock.local_day(pipeline.deal_closed_at) < clock.last_day)
    ).astype(np.int64)
    free_at = clock.spread(rng, max(wanted - len(sold), 0), clock.demand, WEB_HOURS)
    chosen = customers.existing_at(rng, free_at, favour=1.3)
    regular = rng.random(len(chosen)) < 0.5
    chosen = np.where(regular, chosen - chosen % 12, chosen)
    sold_at = pipeline.deal_closed_at[sold] + rng.integers(600, DAY, len(sold))
    at = np.concatenate([free_at, sold_at])
    contact = np.concatenate([chosen, pipeline.deal_contact[sold]])
    deal = np.concatenate([np.full(len(free_at), NONE, dtype=np.int64), sold])
    order = np.argsort(at, kind="stable")
    return _Placed(at[order], contact[order], deal[order])


def _versions(
    clock: Clock,
    rng: np.random.Generator,
    customers: Customers,
    pipeline: Pipeline,
    placed: _Placed,
) -> tuple[Frame, Frame, Ints]:
    """Orders when placed, and when completed or cancelled; and whether each is of an account."""
    at, contact, deal = placed.at, placed.contact, placed.deal
    count = len(at)
    channel = np.where(deal == NONE, pick(rng, count, _CHANNELS), 1)
    owner = np.where(
        deal == NONE, customers.owner_of[contact], lookup(pipeline.deal_owner, deal, NONE)
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
    settled = orders | {
        "delivered_at": np.where(fate == COMPLETED, settled_at, NONE),
        "status": fate,
        "updated_at": settled_at,
    }
    first = Frame(orders, clock.local_day(at))
    last = Frame(settled, clock.local_day(settled_at)).take(fate != OPEN)
    return first, last, account != NONE


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
    return Frame(columns, np.maximum(on, done.exported_on))
