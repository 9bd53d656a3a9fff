"""Deals: the stages that they pass, when, and how they end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, Array, Clock, Ints, pick
from sandbox.frames import Frame, lookup, stack
from sandbox.leads import QUALIFIED, NewLeads
from sandbox.products import PRODUCT_COUNT
from sandbox.staff import Staff

OPEN, WON, LOST = 0, 1, 2
WON_STAGE, LOST_STAGE = 4, 5
_STAGE_SHARE = np.array([0.0, 0.2, 0.5, 0.8])
"""The part of its cycle after which a deal enters each stage."""


@dataclass(frozen=True)
class NewDeals:
    """Deals by creation; arrays with one item per deal. `lead` is `NONE` for deals without one."""

    lead: Ints
    created_at: Ints
    created_day: Ints


@dataclass(frozen=True)
class Outcomes:
    """How and when each deal ends, if ever."""

    status: Ints
    stages: Ints
    """The last stage that it reaches before its end."""
    cycle: Ints
    closed_at: Ints
    amount: Ints


@dataclass(frozen=True)
class ClosedDeals:
    """Every version of the deals, their stage changes, and their outcomes."""

    deals: Frame
    stages: Frame
    outcomes: Outcomes


def new_deals(clock: Clock, rng: np.random.Generator, leads: NewLeads) -> NewDeals:
    """Deals of two leads in five that were qualified, and a quarter more without a lead."""
    count = len(leads)
    converts = (leads.fate == QUALIFIED) & (rng.random(count) < 0.44)
    lead = np.flatnonzero(converts).astype(np.int64)
    wait = np.minimum(rng.exponential(4.0, len(lead)), 40).astype(np.int64)
    direct = round(count * 8 / 30 * 0.25)
    direct_day = clock.first_day + pick(rng, direct, clock.office)
    day = np.concatenate([leads.judged_day[lead] + wait, direct_day])
    created_at = clock.to_utc(day * DAY + rng.integers(9 * 60, 10 * 60 + 20, len(day)) * 60)
    deal_lead = np.concatenate([lead, np.full(direct, NONE, dtype=np.int64)])
    order = np.argsort(created_at, kind="stable")
    return NewDeals(deal_lead[order], created_at[order], day[order])


def close_deals(
    clock: Clock,
    rng: np.random.Generator,
    staff: Staff,
    new: NewDeals,
    *,
    contact: Ints,
    owner: Ints,
    account: Ints,
    lead_created_at: Ints,
) -> ClosedDeals:
    """All versions of the deals: one per stage that they enter, and one when they end."""
    outcomes = _outcomes(clock, rng, staff.skill[owner], new, lead_created_at)
    count = len(new.lead)
    base = {
        "deal": np.arange(count, dtype=np.int64),
        "account": account,
        "contact": contact,
        "lead": new.lead,
        "owner": owner,
        "pipeline": (account == NONE).astype(np.int64),
        "type": np.where(new.lead == NONE, rng.integers(1, 3, count), 0),
        "product": rng.integers(0, PRODUCT_COUNT, count),
        "created_at": new.created_at,
        "expected_on": new.created_day + 45,
        "reason": rng.integers(0, 5, count),
    }
    versions, last_amount = _stage_versions(clock, rng, new, outcomes, base)
    end = base | {
        "stage": np.where(outcomes.status == WON, WON_STAGE, LOST_STAGE),
        "amount": last_amount,
        "closed_at": outcomes.closed_at,
        "status": outcomes.status,
        "updated_at": outcomes.closed_at,
        "reason": np.where(outcomes.status == LOST, base["reason"], NONE),
    }
    versions.append(Frame(end, clock.local_day(outcomes.closed_at)).take(outcomes.status != OPEN))
    return ClosedDeals(
        deals=stack(versions),
        stages=stack([stage_change(version) for version in versions]),
        outcomes=outcomes,
    )


def _outcomes(
    clock: Clock, rng: np.random.Generator, skill: Array, new: NewDeals, lead_created_at: Ints
) -> Outcomes:
    count = len(new.lead)
    status = np.where(rng.random(count) < np.clip(0.5 * skill, 0.15, 0.85), WON, LOST)
    status = np.where(rng.random(count) < 0.07, OPEN, status)
    stages = np.where(status == WON, 3, rng.integers(0, 4, count))
    lead_day = clock.local_day(lookup(lead_created_at, new.lead, NONE))
    since_lead = np.where(new.lead == NONE, 0, new.created_day - lead_day)
    cycle = _cycle_days(rng, skill, since_lead)
    minute = rng.integers(16 * 60 + 30, 18 * 60, count)
    closed_at = clock.to_utc((new.created_day + cycle) * DAY + minute * 60)
    closed_at = np.where(status == OPEN, NONE, closed_at)
    amount = np.round(np.exp(rng.normal(7.4, 0.8, count)) * 10).astype(np.int64) * 10
    return Outcomes(status, stages, cycle, closed_at, amount)


def _cycle_days(rng: np.random.Generator, skill: Array, since_lead: Ints) -> Ints:
    """Days to the close; never so near 180 that "within 180 days" could be read in two ways."""
    cycle = np.maximum(2, rng.lognormal(np.log(30 / skill**0.4), 0.65).astype(np.int64))
    for _ in range(4):
        unclear = (np.abs(cycle - 180) <= 2) | (np.abs(cycle + since_lead - 180) <= 2)
        cycle = np.where(unclear, cycle - 7, cycle)
    return np.asarray(cycle, dtype=np.int64)


def _stage_versions(
    clock: Clock,
    rng: np.random.Generator,
    new: NewDeals,
    outcomes: Outcomes,
    base: dict[str, Ints],
) -> tuple[list[Frame], Ints]:
    """One frame per stage, of the deals that enter it; and the last amount of each deal."""
    count = len(new.lead)
    blank = np.full(count, NONE, dtype=np.int64)
    amount = last_amount = outcomes.amount
    versions = []
    for stage, share in enumerate(_STAGE_SHARE):
        entered = new.created_at
        minute = 9 * 60 + 90 * stage + rng.integers(0, 80, count)
        if stage:
            on = new.created_day + np.floor(outcomes.cycle * share).astype(np.int64)
            entered = clock.to_utc(on * DAY + minute * 60)
            amount = np.round(amount * rng.uniform(0.94, 1.04, count)).astype(np.int64)
        rows = base | {
            "stage": np.full(count, stage, dtype=np.int64),
            "amount": amount,
            "closed_at": blank,
            "status": np.full(count, OPEN, dtype=np.int64),
            "updated_at": entered,
            "reason": blank,
        }
        enters = outcomes.stages >= stage
        versions.append(Frame(rows, clock.local_day(entered)).take(enters))
        last_amount = np.where(enters, amount, last_amount)
    return versions, last_amount


def stage_change(version: Frame) -> Frame:
    """The entry into the stage of each version of a deal."""
    columns = {
        "deal": version["deal"],
        "stage": version["stage"],
        "entered_at": version["updated_at"],
    }
    return Frame(columns, version.exported_on)
