"""Leads and deals: how they come, how they are qualified, the stages that they pass and how they end.

Orders and conversations belong to the other modules. Every instant is a whole minute, since the CRM shows minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, WAKING_HOURS, Array, Clock, Ints, generator, month_index, pick
from sandbox.customers import Customers
from sandbox.frames import Frame, lookup, stack
from sandbox.people import PRODUCT_COUNT, Staff
from sandbox.words import CAMPAIGN_CHANNELS

OPEN, WON, LOST = 0, 1, 2
WON_STAGE, LOST_STAGE = 4, 5
# The CRM campaign channel behind each channel of a lead (words.CHANNELS); the web has none.
_CAMPAIGN_OF_CHANNEL = np.array([NONE, 3, 0, 1, 2, 4, 5], dtype=np.int64)
_CHANNEL_WEIGHTS = np.array([0.3, 0.15, 0.14, 0.13, 0.16, 0.05, 0.07])
_STAGE_SHARE = np.array([0.0, 0.2, 0.5, 0.8])


@dataclass(frozen=True)
class Selling:
    """Leads, deals (one row a version) and stage changes, and arrays of one item a lead or deal."""

    leads: Frame
    deals: Frame
    stages: Frame
    lead_created_at: Ints
    lead_contact: Ints
    lead_owner: Ints
    deal_created_at: Ints
    deal_closed_at: Ints
    """`NONE` for deals that never close."""
    deal_status: Ints
    """How each deal ends, if ever."""
    deal_contact: Ints
    deal_owner: Ints


def campaign_of(clock: Clock, days: Ints, channel: Ints) -> Ints:
    """The CRM campaign that runs on each day in each campaign channel: one a quarter and channel."""
    quarter = month_index(days) // 3 - int(month_index(np.array([clock.first_day]))[0]) // 3
    return np.where(channel == NONE, NONE, quarter * len(CAMPAIGN_CHANNELS) + channel)


def make_selling(
    clock: Clock, staff: Staff, customers: Customers, *, seed: int, scale: float
) -> Selling:
    """30,000 leads and 8,000 deals at scale 1; three deals in four come from a lead."""
    rng = generator(seed, "selling")
    count = max(80, round(30_000 * scale))
    created_at = clock.spread(rng, count, clock.demand, WAKING_HOURS, step=60)
    contact = customers.known_at(rng, created_at, favour=0.7)
    exists = lookup(customers.created_at, contact, NONE) < created_at
    known = (rng.random(count) < 0.6) & exists & ~customers.is_shared[contact]
    contact = np.where(known, contact, NONE)
    owner = np.where(known, lookup(customers.owner_of, contact, NONE), staff.owners(rng, count))
    created_day = clock.local_day(created_at)
    channel = pick(rng, count, _CHANNEL_WEIGHTS)
    campaign = campaign_of(clock, created_day, _CAMPAIGN_OF_CHANNEL[channel])

    fate = pick(rng, count, np.array([0.45, 0.35, 0.2]))
    judged_day = created_day + 1 + np.minimum(rng.exponential(2.0, count), 20).astype(np.int64)
    judged_at = clock.to_utc(judged_day * DAY + rng.integers(8 * 60, 8 * 60 + 50, count) * 60)
    converts = (fate == 0) & (rng.random(count) < 0.44)
    lead = np.flatnonzero(converts).astype(np.int64)
    wait = np.minimum(rng.exponential(4.0, len(lead)), 40).astype(np.int64)

    direct = round(count * 8 / 30 * 0.25)
    direct_day = clock.first_day + pick(rng, direct, clock.office)
    day = np.concatenate([judged_day[lead] + wait, direct_day])
    deal_at = clock.to_utc(day * DAY + rng.integers(9 * 60, 10 * 60 + 20, len(day)) * 60)
    deal_lead = np.concatenate([lead, np.full(direct, NONE, dtype=np.int64)])
    order = np.argsort(deal_at, kind="stable")
    deal_at, deal_lead, day = deal_at[order], deal_lead[order], day[order]
    converted_at = np.full(count, NONE, dtype=np.int64)
    deal_of_lead = np.full(count, NONE, dtype=np.int64)
    from_lead = np.flatnonzero(deal_lead != NONE)
    converted_at[deal_lead[from_lead]] = deal_at[from_lead]
    deal_of_lead[deal_lead[from_lead]] = from_lead

    leads = {
        "lead": np.arange(count, dtype=np.int64),
        "contact": contact,
        "account": lookup(customers.account_of, contact, NONE),
        "name": rng.integers(0, 1_000_000, count),
        "writing": rng.integers(0, 6, count),
        "channel": channel,
        "campaign": campaign,
        "owner": owner,
        "created_at": created_at,
        "qualified_at": np.where(fate == 0, judged_at, NONE),
        "disqualified_at": np.where(fate == 1, judged_at, NONE),
        "converted_at": converted_at,
        "deal": deal_of_lead,
        "updated_at": created_at,
    }
    deal_contact, deal_owner = _of_deals(rng, staff, customers, leads, deal_lead, deal_at)
    return _close(
        clock,
        rng,
        staff,
        leads=leads,
        deal_lead=deal_lead,
        created_at=deal_at,
        created_day=day,
        contact=deal_contact,
        owner=deal_owner,
        account_of=customers.account_of,
    )


def _of_deals(
    rng: np.random.Generator,
    staff: Staff,
    customers: Customers,
    leads: dict[str, Ints],
    deal_lead: Ints,
    at: Ints,
) -> tuple[Ints, Ints]:
    known = customers.known_at(rng, at)
    contact = np.where(deal_lead == NONE, known, lookup(leads["contact"], deal_lead, NONE))
    owner = lookup(leads["owner"], deal_lead, NONE)
    return contact, np.where(deal_lead == NONE, customers.owner_of[known], owner)


def _lead_versions(clock: Clock, leads: dict[str, Ints]) -> Frame:
    """A lead is seen when created, when judged, and when it becomes a deal."""
    blank = np.full(len(leads["lead"]), NONE, dtype=np.int64)
    unknown = dict.fromkeys(("qualified_at", "disqualified_at", "converted_at", "deal"), blank)
    created = leads | unknown
    judged_at = np.maximum(leads["qualified_at"], leads["disqualified_at"])
    judged = leads | {"converted_at": blank, "deal": blank, "updated_at": judged_at}
    converted = leads | {"updated_at": leads["converted_at"]}
    frames = []
    for rows, some in (
        (created, blank == NONE),
        (judged, judged_at != NONE),
        (converted, leads["deal"] != NONE),
    ):
        frames.append(Frame(rows, clock.local_day(rows["updated_at"])).take(some))
    return stack(frames)


def _cycle_days(rng: np.random.Generator, skill: Array, since_lead: Ints) -> Ints:
    """Days to the close; never so near 180 that "within 180 days" could be read in two ways."""
    cycle = np.maximum(2, rng.lognormal(np.log(30 / skill**0.4), 0.65).astype(np.int64))
    for _ in range(4):
        unclear = (np.abs(cycle - 180) <= 2) | (np.abs(cycle + since_lead - 180) <= 2)
        cycle = np.where(unclear, cycle - 7, cycle)
    return np.asarray(cycle, dtype=np.int64)


def _close(
    clock: Clock,
    rng: np.random.Generator,
    staff: Staff,
    *,
    leads: dict[str, Ints],
    deal_lead: Ints,
    created_at: Ints,
    created_day: Ints,
    contact: Ints,
    owner: Ints,
    account_of: Ints,
) -> Selling:
    count = len(created_at)
    skill = staff.skill[owner]
    status = np.where(rng.random(count) < np.clip(0.5 * skill, 0.15, 0.85), WON, LOST)
    status = np.where(rng.random(count) < 0.07, OPEN, status)
    reached = np.where(status == WON, 3, rng.integers(0, 4, count))
    lead_day = clock.local_day(lookup(leads["created_at"], deal_lead, NONE))
    cycle = _cycle_days(rng, skill, np.where(deal_lead == NONE, 0, created_day - lead_day))
    closed_at = clock.to_utc(
        (created_day + cycle) * DAY + rng.integers(16 * 60 + 30, 18 * 60, count) * 60
    )
    closed_at = np.where(status == OPEN, NONE, closed_at)
    amount = np.round(np.exp(rng.normal(7.4, 0.8, count)) * 10).astype(np.int64) * 10

    deal = np.arange(count, dtype=np.int64)
    base = {
        "deal": deal,
        "account": lookup(account_of, contact, NONE),
        "contact": contact,
        "lead": deal_lead,
        "owner": owner,
        "pipeline": (lookup(account_of, contact, NONE) == NONE).astype(np.int64),
        "type": np.where(deal_lead == NONE, rng.integers(1, 3, count), 0),
        "product": rng.integers(0, PRODUCT_COUNT, count),
        "created_at": created_at,
        "expected_on": created_day + 45,
        "reason": rng.integers(0, 5, count),
    }
    blank = np.full(count, NONE, dtype=np.int64)
    versions, changes = [], []
    last_amount = amount
    for stage, share in enumerate(_STAGE_SHARE):
        minute = 9 * 60 + 90 * stage + rng.integers(0, 80, count)
        on = created_day + np.floor(cycle * share).astype(np.int64)
        entered = clock.to_utc(on * DAY + minute * 60) if stage else created_at
        amount = (
            np.round(amount * rng.uniform(0.94, 1.04, count)).astype(np.int64) if stage else amount
        )
        rows = base | {
            "stage": np.full(count, stage, dtype=np.int64),
            "amount": amount,
            "closed_at": blank,
            "status": np.full(count, OPEN, dtype=np.int64),
            "updated_at": entered,
            "reason": blank,
        }
        frame = Frame(rows, clock.local_day(entered)).take(reached >= stage)
        versions.append(frame)
        changes.append(_change(frame))
        last_amount = np.where(reached >= stage, amount, last_amount)
    end = base | {
        "stage": np.where(status == WON, WON_STAGE, LOST_STAGE),
        "amount": last_amount,
        "closed_at": closed_at,
        "status": status,
        "updated_at": closed_at,
        "reason": np.where(status == LOST, base["reason"], NONE),
    }
    frame = Frame(end, clock.local_day(closed_at)).take(status != OPEN)
    return Selling(
        leads=_lead_versions(clock, leads),
        deals=stack([*versions, frame]),
        stages=stack([*changes, _change(frame)]),
        lead_created_at=leads["created_at"],
        lead_contact=leads["contact"],
        lead_owner=leads["owner"],
        deal_created_at=created_at,
        deal_closed_at=closed_at,
        deal_status=status,
        deal_contact=contact,
        deal_owner=owner,
    )


def _change(frame: Frame) -> Frame:
    columns = {"deal": frame["deal"], "stage": frame["stage"], "entered_at": frame["updated_at"]}
    return Frame(columns, frame.known_on)
