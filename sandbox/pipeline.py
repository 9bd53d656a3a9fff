"""Leads and deals together: how leads come and are qualified, and the deals that follow.

Every instant is a whole minute, since the CRM shows minutes. Orders and conversations belong to other modules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import NONE, Clock, Ints, generator
from sandbox.customers import Customers
from sandbox.deals import close_deals, new_deals
from sandbox.frames import Frame, lookup
from sandbox.leads import lead_columns, lead_versions, new_leads
from sandbox.reopenings import with_reopenings
from sandbox.staff import Staff


@dataclass(frozen=True)
class Pipeline:
    """Leads, deals (one row per version) and stage changes, and arrays with one item per lead or deal."""

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
    """How each deal ends for the first time, if ever."""
    deal_contact: Ints
    deal_owner: Ints


def make_pipeline(
    clock: Clock, staff: Staff, customers: Customers, *, seed: int, scale: float
) -> Pipeline:
    """30,000 leads and 8,000 deals at scale 1; three deals in four come from a lead."""
    rng = generator(seed, "selling")
    new = new_leads(clock, rng, staff, customers, max(80, round(30_000 * scale)))
    started = new_deals(clock, rng, new)
    leads = lead_columns(
        rng, customers, new, deal_lead=started.lead, deal_created_at=started.created_at
    )
    known = customers.existing_at(rng, started.created_at)
    without_lead = started.lead == NONE
    contact = np.where(without_lead, known, lookup(new.contact, started.lead, NONE))
    owner = np.where(without_lead, customers.owner_of[known], lookup(new.owner, started.lead, NONE))
    closed = close_deals(
        clock,
        rng,
        staff,
        started,
        contact=contact,
        owner=owner,
        account=lookup(customers.account_of, contact, NONE),
        lead_created_at=new.created_at,
    )
    closed = with_reopenings(clock, closed, seed=seed)
    return Pipeline(
        leads=lead_versions(clock, leads),
        deals=closed.deals,
        stages=closed.stages,
        lead_created_at=new.created_at,
        lead_contact=new.contact,
        lead_owner=new.owner,
        deal_created_at=started.created_at,
        deal_closed_at=closed.outcomes.closed_at,
        deal_status=closed.outcomes.status,
        deal_contact=contact,
        deal_owner=owner,
    )
