"""Leads: when they come, through which channel, and how they are qualified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.campaigns import campaign_of
from sandbox.clock import DAY, NONE, WAKING_HOURS, Clock, Ints, pick
from sandbox.customers import Customers
from sandbox.frames import Frame, lookup, stack
from sandbox.staff import Staff

QUALIFIED, DISQUALIFIED = 0, 1
_FATES = np.array([0.45, 0.35, 0.2])
# The CRM campaign channel behind each channel of a lead (words.CHANNELS); the web has none.
_CAMPAIGN_OF_CHANNEL = np.array([NONE, 3, 0, 1, 2, 4, 5], dtype=np.int64)
_CHANNEL_WEIGHTS = np.array([0.3, 0.15, 0.14, 0.13, 0.16, 0.05, 0.07])


@dataclass(frozen=True)
class NewLeads:
    """Leads as they come, before it is known which become deals; arrays with one item per lead."""

    created_at: Ints
    contact: Ints
    owner: Ints
    channel: Ints
    campaign: Ints
    fate: Ints
    """`QUALIFIED`, `DISQUALIFIED`, or neither so far."""
    judged_day: Ints
    judged_at: Ints

    def __len__(self) -> int:
        return len(self.created_at)


def new_leads(
    clock: Clock, rng: np.random.Generator, staff: Staff, customers: Customers, count: int
) -> NewLeads:
    """`count` leads; three in five come from a contact, where one exists by then."""
    created_at = clock.spread(rng, count, clock.demand, WAKING_HOURS, step=60)
    contact = customers.existing_at(rng, created_at, favour=0.7)
    exists = lookup(customers.created_at, contact, NONE) < created_at
    known = (rng.random(count) < 0.6) & exists & ~customers.is_shared[contact]
    contact = np.where(known, contact, NONE)
    owner = np.where(known, lookup(customers.owner_of, contact, NONE), staff.owners(rng, count))
    created_day = clock.local_day(created_at)
    channel = pick(rng, count, _CHANNEL_WEIGHTS)
    campaign = campaign_of(clock, created_day, _CAMPAIGN_OF_CHANNEL[channel])
    fate = pick(rng, count, _FATES)
    judged_day = created_day + 1 + np.minimum(rng.exponential(2.0, count), 20).astype(np.int64)
    judged_at = clock.to_utc(judged_day * DAY + rng.integers(8 * 60, 8 * 60 + 50, count) * 60)
    return NewLeads(created_at, contact, owner, channel, campaign, fate, judged_day, judged_at)


def lead_columns(
    rng: np.random.Generator,
    customers: Customers,
    leads: NewLeads,
    *,
    deal_lead: Ints,
    deal_created_at: Ints,
) -> dict[str, Ints]:
    """Columns of the leads in their last version; `deal_lead` is the lead of each deal, or `NONE`."""
    count = len(leads)
    converted_at = np.full(count, NONE, dtype=np.int64)
    deal_of_lead = np.full(count, NONE, dtype=np.int64)
    from_lead = np.flatnonzero(deal_lead != NONE)
    converted_at[deal_lead[from_lead]] = deal_created_at[from_lead]
    deal_of_lead[deal_lead[from_lead]] = from_lead
    return {
        "lead": np.arange(count, dtype=np.int64),
        "contact": leads.contact,
        "account": lookup(customers.account_of, leads.contact, NONE),
        "name": rng.integers(0, 1_000_000, count),
        "writing": rng.integers(0, 6, count),
        "channel": leads.channel,
        "campaign": leads.campaign,
        "owner": leads.owner,
        "created_at": leads.created_at,
        "qualified_at": np.where(leads.fate == QUALIFIED, leads.judged_at, NONE),
        "disqualified_at": np.where(leads.fate == DISQUALIFIED, leads.judged_at, NONE),
        "converted_at": converted_at,
        "deal": deal_of_lead,
        "updated_at": leads.created_at,
    }


def lead_versions(clock: Clock, leads: dict[str, Ints]) -> Frame:
    """A lead is exported when created, when judged, and when it becomes a deal."""
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
