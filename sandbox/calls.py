"""Calls and the time of agents, to the second, as the phone system records them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.campaigns import campaign_of
from sandbox.clock import DAY, NONE, OFFICE_HOURS, Array, Bools, Clock, Ints, pick
from sandbox.customers import STRANGERS, Customers
from sandbox.frames import Frame, lookup
from sandbox.pipeline import Pipeline
from sandbox.staff import Staff

INBOUND, OUTBOUND, INTERNAL = 0, 1, 2
ANSWERED = 0
WITHHELD = 0
"""The number of a caller who withholds it."""
_ENDS = {
    INBOUND: np.array([0.81, 0.05, 0.0, 0.0, 0.12, 0.02]),
    OUTBOUND: np.array([0.46, 0.33, 0.08, 0.02, 0.0, 0.11]),
    INTERNAL: np.array([0.85, 0.15, 0.0, 0.0, 0.0, 0.0]),
}


@dataclass(frozen=True)
class _Calls:
    """What every part of a call goes by; one item per call."""

    at: Ints
    direction: Ints
    is_free: Bools
    """Whether it is no answer to a lead."""

    def __len__(self) -> int:
        return len(self.at)


def make_calls(
    clock: Clock,
    rng: np.random.Generator,
    staff: Staff,
    customers: Customers,
    pipeline: Pipeline,
    *,
    lead: Ints,
    lead_at: Ints,
    scale: float,
) -> Frame:
    """150,000 calls at scale 1; those to `lead` at `lead_at` among them."""
    free = max(200, round(150_000 * scale) - len(lead))
    at = np.concatenate([clock.spread(rng, free, clock.office, OFFICE_HOURS), lead_at])
    direction = np.concatenate(
        [pick(rng, free, np.array([0.47, 0.51, 0.02])), np.full(len(lead), OUTBOUND)]
    )
    calls = _Calls(at, direction, np.arange(len(at)) < free)
    contact = np.concatenate([customers.existing_at(rng, at[:free]), pipeline.lead_contact[lead]])
    parties = _parties(rng, customers, calls, contact)
    durations = _durations(clock, rng, calls)
    lead_owner = np.concatenate([np.full(free, NONE), pipeline.lead_owner[lead]])
    owner = _owners(rng, staff, customers, calls, parties["caller"], lead_owner)
    rest = _assignments(clock, rng, staff, calls, durations, owner, parties["caller"])
    columns: dict[str, Array] = {"direction": direction, **parties, **durations, **rest}
    order = np.argsort(at, kind="stable")
    rows = {name: values[order] for name, values in columns.items()}
    return Frame(
        {"call": np.arange(len(at), dtype=np.int64), **rows}, clock.local_day(rows["started_at"])
    )


def _parties(
    rng: np.random.Generator, customers: Customers, calls: _Calls, contact: Ints
) -> dict[str, Ints]:
    """The outside number of each call, and the contact behind it; `NONE` for strangers."""
    count, is_free = len(calls), calls.is_free
    internal = calls.direction == INTERNAL
    stranger = is_free & (rng.random(count) < 0.22)
    hidden = is_free & (calls.direction == INBOUND) & (rng.random(count) < 0.06)
    second = (customers.phone_of[contact] != NONE) & (rng.random(count) < 0.4) & is_free
    number = np.where(second, customers.phone_of[contact], customers.mobile_of[contact])
    number = np.where(stranger, STRANGERS + rng.integers(0, 9_000_000, count), number)
    return {
        "number": np.where(hidden | internal, WITHHELD, number),
        "caller": np.where(stranger | hidden | internal, NONE, contact),
    }


def _durations(clock: Clock, rng: np.random.Generator, calls: _Calls) -> dict[str, Ints]:
    """How each call ends, and its seconds of waiting, talk, hold and wrap-up."""
    count, at, direction = len(calls), calls.at, calls.direction
    ends = np.stack([rng.choice(6, count, p=_ENDS[side]) for side in (INBOUND, OUTBOUND, INTERNAL)])
    end = ends[direction, np.arange(count)]
    is_answered = end == ANSWERED
    rush = clock.season[np.clip(clock.local_day(at) - clock.first_day, 0, len(clock.days) - 1)]
    waits = np.where(
        direction == INBOUND, rng.exponential(11.0 * rush**1.5), rng.uniform(3, 30, count)
    )
    wait = np.minimum(waits, 900).astype(np.int64) + 1
    talk = np.where(is_answered, rng.lognormal(np.log(140), 0.9, count), 0).astype(np.int64)
    is_held = is_answered & (rng.random(count) < 0.15)
    hold = np.where(is_held, rng.exponential(40, count), 0).astype(np.int64)
    wrap = np.where(is_answered, rng.gamma(2.0, 20.0, count), 0).astype(np.int64)
    return {
        "started_at": at,
        "answered_at": np.where(is_answered, at + wait, NONE),
        "ended_at": at + wait + talk + hold,
        "wait": wait,
        "talk": talk,
        "hold": hold,
        "wrap": wrap,
        "end": end,
    }


def _owners(
    rng: np.random.Generator,
    staff: Staff,
    customers: Customers,
    calls: _Calls,
    caller: Ints,
    lead_owner: Ints,
) -> Ints:
    """The rep of each call: mostly the contact's or the lead's, sometimes another."""
    count, is_free = len(calls), calls.is_free
    # Every lead that is called has a contact, so a call without one is free.
    owner = np.where(
        caller == NONE, staff.owners(rng, count), lookup(customers.owner_of, caller, NONE)
    )
    owner = np.where(is_free, owner, lead_owner)
    return np.where(is_free & (rng.random(count) < 0.25), staff.owners(rng, count), owner)


def _assignments(
    clock: Clock,
    rng: np.random.Generator,
    staff: Staff,
    calls: _Calls,
    durations: dict[str, Ints],
    owner: Ints,
    caller: Ints,
) -> dict[str, Ints]:
    """Queue, agents, campaign, and the contact where the phone system shows it."""
    count, direction = len(calls), calls.direction
    unattended = (direction == INBOUND) & (durations["end"] != ANSWERED)
    shown = (caller != NONE) & (rng.random(count) < 0.05)
    campaigned = (direction == OUTBOUND) & (rng.random(count) < 0.2)
    campaign = campaign_of(clock, clock.local_day(calls.at), np.full(count, 3))
    return {
        "writing": rng.integers(0, 4, count),
        "queue": np.where(direction == INBOUND, pick(rng, count, np.array([0.4, 0.4, 0.2])), NONE),
        "agent": np.where(unattended, NONE, owner),
        "other_agent": np.where(direction == INTERNAL, staff.owners(rng, count), NONE),
        "campaign": np.where(campaigned, campaign, NONE),
        "contact": np.where(shown, caller, NONE),
    }


def make_agent_states(clock: Clock, rng: np.random.Generator, staff: Staff) -> Frame:
    """Each working day of each rep, nine to six, cut into eight stretches."""
    days = clock.days[clock.office > 0.5]
    agent, day = np.repeat(staff.reps, len(days)), np.tile(days, len(staff.reps))
    parts = rng.gamma(2.0, 1.0, (len(agent), 8)) * np.array(
        [2.0, 4.0, 1.5, 3.0, 0.8, 0.4, 1.2, 0.9]
    )
    edges = np.round(np.cumsum(parts, axis=1) / parts.sum(axis=1, keepdims=True) * 9 * 3600).astype(
        np.int64
    )
    edges = np.concatenate([np.zeros((len(agent), 1), dtype=np.int64), edges], axis=1)
    start = clock.to_utc(day * DAY + 9 * 3600)[:, None] + edges
    columns = {
        "agent": np.repeat(agent, 8),
        "state": np.tile(np.arange(8, dtype=np.int64), len(agent)),
        "started_at": start[:, :-1].ravel(),
        "ended_at": start[:, 1:].ravel(),
    }
    frame = Frame(columns, np.repeat(day, 8))
    return frame.take(columns["ended_at"] > columns["started_at"])
