"""Activities and tasks, to the minute, as the CRM records them."""

from __future__ import annotations

import numpy as np

from sandbox.clock import DAY, NONE, OFFICE_HOURS, Clock, Ints, pick
from sandbox.customers import Customers
from sandbox.frames import Frame, stack
from sandbox.pipeline import Pipeline
from sandbox.staff import Staff

EMAIL, MEETING, VISIT, DEMO, PROPOSAL, NOTE, CONTENT = range(7)
OUT, IN = 0, 1
HELD, NO_SHOW, CALLED_OFF, REPLIED, SENT, POSTPONED = range(6)
_MEETINGS = (MEETING, VISIT, DEMO)


def next_office_time(clock: Clock, instants: Ints) -> Ints:
    """The same instants, or the next morning for those outside office hours."""
    local = clock.to_local(instants)
    day, second = local // DAY, local % DAY
    early = second < 8 * 3600
    late = second >= 20 * 3600
    moved = np.where(late, (day + 1) * DAY, day * DAY) + 8 * 3600 + second % 3600
    return clock.to_utc(np.where(early | late, moved, local))


def make_activities(
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
    """60,000 activities at scale 1; the answers to `lead` at `lead_at` among them, by email."""
    free = max(200, round(60_000 * scale) - len(lead))
    at = clock.spread(rng, free, clock.office, OFFICE_HOURS, step=60)
    deal = rng.integers(0, len(pipeline.deal_created_at), free)
    begun = pipeline.deal_created_at[deal]
    until = np.where(
        pipeline.deal_closed_at[deal] == NONE, begun + 60 * DAY, pipeline.deal_closed_at[deal]
    )
    inside = begun + ((until - begun) * rng.random(free)).astype(np.int64)
    for_deal = rng.random(free) < 0.45
    at = np.where(for_deal, next_office_time(clock, inside), at)
    contact = np.where(for_deal, pipeline.deal_contact[deal], customers.existing_at(rng, at))
    owner = np.where(
        for_deal, pipeline.deal_owner[deal], customers.owner_of[np.maximum(contact, 0)]
    )
    owner = np.where(rng.random(free) < 0.12, staff.owners(rng, free), owner)
    kind = pick(rng, free, np.array([0.52, 0.12, 0.06, 0.06, 0.08, 0.13, 0.03]))
    way = np.where(
        kind == EMAIL,
        np.where(rng.random(free) < 0.2, IN, OUT),
        np.where(kind == PROPOSAL, OUT, NONE),
    )
    meets = np.isin(kind, _MEETINGS)
    outcome = _outcomes(rng, kind, way)
    answer = {
        "kind": np.full(len(lead), EMAIL),
        "way": np.full(len(lead), OUT),
        "owner": pipeline.lead_owner[lead],
        "contact": pipeline.lead_contact[lead],
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
    return Frame({"activity": np.arange(len(rows)), **rows.columns}, rows.exported_on)


def _outcomes(rng: np.random.Generator, kind: Ints, way: Ints) -> Ints:
    count = len(kind)
    meets = np.isin(kind, _MEETINGS)
    outcome = np.where(meets, pick(rng, count, np.array([0.8, 0.12, 0.08])), NONE)
    sent = np.where(rng.random(count) < 0.12, REPLIED, SENT)
    return np.where(((kind == EMAIL) | (kind == PROPOSAL)) & (way == OUT), sent, outcome)


def make_tasks(
    clock: Clock, rng: np.random.Generator, pipeline: Pipeline, *, scale: float
) -> Frame:
    """A task is exported when it is created and again when it is done, then with more columns filled."""
    count = max(40, round(12_000 * scale))
    deal = rng.integers(0, len(pipeline.deal_created_at), count)
    on = clock.local_day(pipeline.deal_created_at[deal]) + rng.integers(0, 30, count)
    made_at = clock.to_utc(on * DAY + rng.integers(15 * 60, 17 * 60, count) * 60)
    due_on = on + rng.integers(1, 15, count)
    due_at = clock.to_utc(due_on * DAY + 18 * 3600)
    done_on = np.maximum(on + 1, due_on + np.round(rng.normal(-1.5, 3.0, count)).astype(np.int64))
    done_at = clock.to_utc(done_on * DAY + rng.integers(9 * 60, 14 * 60, count) * 60)
    columns = {
        "task": np.arange(count, dtype=np.int64),
        "owner": pipeline.deal_owner[deal],
        "contact": pipeline.deal_contact[deal],
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
