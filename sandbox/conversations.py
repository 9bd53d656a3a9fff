"""All conversations: calls and agents' time of the phone system, activities and tasks of the CRM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.activities import make_activities, make_tasks, next_office_time
from sandbox.calls import make_agent_states, make_calls
from sandbox.clock import NONE, Clock, generator
from sandbox.customers import Customers
from sandbox.frames import Frame
from sandbox.pipeline import Pipeline
from sandbox.staff import Staff


@dataclass(frozen=True)
class Conversations:
    """What the phone system and the CRM's calendar record."""

    calls: Frame
    states: Frame
    activities: Frame
    tasks: Frame


def make_conversations(
    clock: Clock, staff: Staff, customers: Customers, pipeline: Pipeline, *, seed: int, scale: float
) -> Conversations:
    """150,000 calls, 60,000 activities and 12,000 tasks at scale 1; nearly every lead gets an answer."""
    rng = generator(seed, "talking")
    lead = np.arange(len(pipeline.lead_created_at), dtype=np.int64)
    answered = rng.random(len(lead)) < 0.94
    by_call = answered & (pipeline.lead_contact != NONE) & (rng.random(len(lead)) < 0.75)
    by_email = answered & ~by_call
    delay = rng.lognormal(np.log(3 * 3600), 1.3, len(lead)).astype(np.int64) + 60
    reply_at = next_office_time(clock, pipeline.lead_created_at + delay)
    return Conversations(
        calls=make_calls(
            clock,
            rng,
            staff,
            customers,
            pipeline,
            lead=lead[by_call],
            lead_at=reply_at[by_call],
            scale=scale,
        ),
        states=make_agent_states(clock, generator(seed, "states"), staff),
        activities=make_activities(
            clock,
            generator(seed, "diary"),
            staff,
            customers,
            pipeline,
            lead=lead[by_email],
            lead_at=reply_at[by_email],
            scale=scale,
        ),
        tasks=make_tasks(clock, generator(seed, "tasks"), pipeline, scale=scale),
    )
