"""Conversations: calls, time of agents, activities and tasks of the CRM.

Calls are to the second (the phone system), activities and tasks to the minute (the CRM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, OFFICE_HOURS, Array, Clock, Ints, generator, pick
from sandbox.customers import STRANGERS, Customers
from sandbox.frames import Frame, lookup, stack
from sandbox.people import Staff
from sandbox.selling import Selling, campaign_of

INBOUND, OUTBOUND, INTERNAL = 0, 1, 2
ANSWERED = 0
HIDDEN = 0
"""The number of a caller who hides it."""
UNKNOWN_EXTENSION = 9_000
EMAIL, MEETING, VISIT, DEMO, PROPOSAL, NOTE, CONTENT = range(7)
OUT, IN = 0, 1
HELD, NO_SHOW, CALLED_OFF, REPLIED, SENT = range(5)
_ENDS = {
    INBOUND: np.array([0.81, 0.05, 0.0, 0.0, 0.12, 0.02]),
    OUTBOUND: np.array([0.46, 0.33, 0.08, 0.02, 0.0, 0.11]),
    INTERNAL: np.array([0.85, 0.15, 0.0, 0.0, 0.0, 0.0]),
}


@dataclass(frozen=True)
class Talking:
    """What the phone system and the CRM's diary know."""

    calls: Frame
    states: Frame
    activities: Frame
    tasks: Frame


def make_talking(
    clock: Clock, staff: Staff, customers: Customers, selling: Selling, *, seed: int, scale: float
) -> Talking:
    """150,000 calls, 60,000 activities and 12,000 tasks at scale 1; nearly every lead gets an answer."""
    rng = generator(seed, "talking")
    lead = np.arange(len(selling.lead_created_at), dtype=np.int64)
    answered = rng.random(len(lead)) < 0.94
    by_call = answered & (selling.lead_contact != NONE) & (rng.random(len(lead)) < 0.75)
    delay = rng.lognormal(np.log(3 * 3600), 1.3, len(lead)).astype(np.int64) + 60
    reply_at = _in_office(clock, selling.lead_created_at + delay)
    return Talking(
        calls=_calls(
            clock, rng, staff, customers, selling, lead[by_call], reply_at[by_call], scale
        ),
        states=_states(clock, generator(seed, "states"), staff),
        activities=_activities(
            clock,
            generator(seed, "diary"),
            staff,
            customers,
            selling,
            lead[answered & ~by_call],
            reply_at[answered & ~by_call],
            scale,
        ),
        tasks=_tasks(clock, generator(seed, "tasks"), selling, scale),
    )


def _in_office(clock: Clock, instants: Ints) -> Ints:
    """The same instants, or the next morning where nobody is at work."""
    local = clock.to_local(instants)
    day, second = local // DAY, local % DAY
    early = second < 8 * 3600
    late = second >= 20 * 3600
    moved = np.where(late, (day + 1) * DAY, day * DAY) + 8 * 3600 + second % 3600
    return clock.to_utc(np.where(early | late, moved, local))


def _calls(
    clock: Clock,
    rng: np.random.Generator,
    staff: Staff,
    customers: Customers,
    selling: Selling,
    lead: Ints,
    lead_at: Ints,
    scale: float,
) -> Frame:
    free = max(200, round(150_000 * scale) - len(lead))
    at = np.concatenate([clock.spread(rng, free, clock.office, OFFICE_HOURS), lead_at])
    count = len(at)
    direction = np.concatenate(
        [pick(rng, free, np.array([0.47, 0.51, 0.02])), np.full(len(lead), OUTBOUND)]
    )
    contact = np.concatenate([customers.known_at(rng, at[:free]), selling.lead_contact[lead]])
    is_free = np.arange(count) < free
    stranger = is_free & (rng.random(count) < 0.22)
    hidden = is_free & (direction == INBOUND) & (rng.random(count) < 0.06)
    nobody = stranger | hidden | (direction == INTERNAL)
    second = (customers.phone_of[contact] != NONE) & (rng.random(count) < 0.4) & is_free
    number = np.where(second, customers.phone_of[contact], customers.mobile_of[contact])
    number = np.where(stranger, STRANGERS + rng.integers(0, 9_000_000, count), number)
    number = np.where(hidden | (direction == INTERNAL), HIDDEN, number)
    contact = np.where(nobody, NONE, contact)

    ends = np.stack([rng.choice(6, count, p=_ENDS[side]) for side in (INBOUND, OUTBOUND, INTERNAL)])
    end = ends[direction, np.arange(count)]
    is_answered = end == ANSWERED
    rush = clock.season[np.clip(clock.local_day(at) - clock.first_day, 0, len(clock.days) - 1)]
    waits = np.where(
        direction == INBOUND, rng.exponential(11.0 * rush**1.5), rng.uniform(3, 30, count)
    )
    wait = np.minimum(waits, 900).astype(np.int64) + 1
    talk = np.where(is_answered, rng.lognormal(np.log(140), 0.9, count), 0).astype(np.int64)
    hold = np.where(is_answered & (rng.random(count) < 0.15), rng.exponential(40, count), 0).astype(
        np.int64
    )
    wrap = np.where(is_answered, rng.gamma(2.0, 20.0, count), 0).astype(np.int64)
    owner = np.where(nobody, staff.owners(rng, count), lookup(customers.owner_of, contact, NONE))
    owner = np.where(is_free, owner, np.concatenate([owner[:free], selling.lead_owner[lead]]))
    owner = np.where(is_free & (rng.random(count) < 0.25), staff.owners(rng, count), owner)
    unattended = (direction == INBOUND) & ~is_answered
    unknown = is_free & (rng.random(count) < 0.015)
    shown = (contact != NONE) & (rng.random(count) < 0.05)
    campaigned = (direction == OUTBOUND) & (rng.random(count) < 0.2)
    order = np.argsort(at, kind="stable")
    columns: dict[str, Array] = {
        "direction": direction,
        "number": number,
        "writing": rng.integers(0, 4, count),
        "queue": np.where(direction == INBOUND, pick(rng, count, np.array([0.4, 0.4, 0.2])), NONE),
        "agent": np.where(unattended, NONE, np.where(unknown, UNKNOWN_EXTENSION, owner)),
        "other_agent": np.where(direction == INTERNAL, staff.owners(rng, count), NONE),
        "started_at": at,
        "answered_at": np.where(is_answered, at + wait, NONE),
        "ended_at": at + wait + talk + hold,
        "wait": wait,
        "talk": talk,
        "hold": hold,
        "wrap": wrap,
        "end": end,
        "campaign": np.where(
            campaigned, campaign_of(clock, clock.local_day(at), np.full(count, 3)), NONE
        ),
        "contact": np.where(shown, contact, NONE),
        "caller": contact,
    }
    rows = {name: values[order] for name, values in columns.items()}
    return Frame(
        {"call": np.arange(count, dtype=np.int64), **rows}, clock.local_day(rows["started_at"])
    )


def _states(clock: Clock, rng: np.random.Generator, staff: Staff) -> Frame:
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


def _activities(
    clock: Clock,
    rng: np.random.Generator,
    staff: Staff,
    customers: Customers,
    selling: Selling,
    lead: Ints,
    lead_at: Ints,
    scale: float,
) -> Frame:
    free = max(200, round(60_000 * scale) - len(lead))
    at = clock.spread(rng, free, clock.office, OFFICE_HOURS, step=60)
    deal = rng.integers(0, len(selling.deal_created_at), free)
    begun = selling.deal_created_at[deal]
    until = np.where(
        selling.deal_closed_at[deal] == NONE, begun + 60 * DAY, selling.deal_closed_at[deal]
    )
    inside = begun + ((until - begun) * rng.random(free)).astype(np.int64)
    for_deal = rng.random(free) < 0.45
    at = np.where(for_deal, _in_office(clock, inside), at)
    contact = np.where(for_deal, selling.deal_contact[deal], customers.known_at(rng, at))
    owner = np.where(for_deal, selling.deal_owner[deal], customers.owner_of[np.maximum(contact, 0)])
    owner = np.where(rng.random(free) < 0.12, staff.owners(rng, free), owner)
    kind = pick(rng, free, np.array([0.52, 0.12, 0.06, 0.06, 0.08, 0.13, 0.03]))
    way = np.where(
        kind == EMAIL,
        np.where(rng.random(free) < 0.2, IN, OUT),
        np.where(kind == PROPOSAL, OUT, NONE),
    )
    meets = np.isin(kind, (MEETING, VISIT, DEMO))
    outcome = np.where(meets, pick(rng, free, np.array([0.8, 0.12, 0.08])), NONE)
    sent = np.where(rng.random(free) < 0.12, REPLIED, SENT)
    outcome = np.where(((kind == EMAIL) | (kind == PROPOSAL)) & (way == OUT), sent, outcome)
    answer = {
        "kind": np.full(len(lead), EMAIL),
        "way": np.full(len(lead), OUT),
        "owner": selling.lead_owner[lead],
        "contact": selling.lead_contact[lead],
        "deal": np.full(len(lead), NONE),
        "lead": lead,
        "started_at": lead_at // 60 * 60 + 60,
        "minutes": np.full(len(lead), 5),
        "outcome": np.full(len(lead), SENT),
    }
    diary = {
        "kind": kind,
        "way": way,
        "owner": owner,
        "contact": contact,
        "deal": np.where(for_deal, deal, NONE),
        "lead": np.full(free, NONE),
        "started_at": at // 60 * 60,
        "minutes": np.where(meets, rng.integers(2, 8, free) * 15, rng.integers(2, 20, free)),
        "outcome": outcome,
    }
    rows = stack([Frame(part, clock.local_day(part["started_at"])) for part in (diary, answer)])
    rows = rows.take(np.argsort(rows["started_at"], kind="stable"))
    number = np.arange(len(rows), dtype=np.int64)
    return Frame({"activity": number, **rows.columns}, rows.known_on)


def _tasks(clock: Clock, rng: np.random.Generator, selling: Selling, scale: float) -> Frame:
    """A task is seen when it is made and again when it is done; the newer file says more."""
    count = max(40, round(12_000 * scale))
    deal = rng.integers(0, len(selling.deal_created_at), count)
    on = clock.local_day(selling.deal_created_at[deal]) + rng.integers(0, 30, count)
    made_at = clock.to_utc(on * DAY + rng.integers(15 * 60, 17 * 60, count) * 60)
    due_on = on + rng.integers(1, 15, count)
    due_at = clock.to_utc(due_on * DAY + 18 * 3600)
    done_on = np.maximum(on + 1, due_on + np.round(rng.normal(-1.5, 3.0, count)).astype(np.int64))
    done_at = clock.to_utc(done_on * DAY + rng.integers(9 * 60, 14 * 60, count) * 60)
    columns = {
        "task": np.arange(count, dtype=np.int64),
        "owner": selling.deal_owner[deal],
        "contact": selling.deal_contact[deal],
        "deal": deal,
        "subject": rng.integers(0, 5, count),
        "created_at": made_at,
        "due_at": due_at,
        "completed_at": np.full(count, NONE, dtype=np.int64),
        "updated_at": made_at,
    }
    done = columns | {"completed_at": done_at, "updated_at": done_at}
    some = rng.random(count) < 0.9
    return stack([Frame(columns, on), Frame(done, done_on).take(some)])
