"""Deals that are opened again some weeks after they were lost, and how they end then.

What the rest of the company knows of a deal's end is its first one: nobody ordered, or called, for the second.
"""

from __future__ import annotations

import numpy as np

from sandbox.clock import DAY, NONE, Clock, generator
from sandbox.deals import LOST, LOST_STAGE, OPEN, WON, WON_STAGE, ClosedDeals, stage_change
from sandbox.frames import Frame, stack

_SHARE = 0.08
_STAGE = 2
"""The stage in which a deal is opened again."""
_LONGEST_CYCLE = 100
"""Deals that took longer are not opened again, so that no cycle comes near 180 days."""


def with_reopenings(clock: Clock, closed: ClosedDeals, *, seed: int) -> ClosedDeals:
    """The deals with two more versions of those that are opened again, and the stages that they enter then."""
    rng = generator(seed, "reopenings")
    lost = closed.deals.take(closed.deals["status"] == LOST)
    lost = lost.take(
        (rng.random(len(lost)) < _SHARE) & (closed.outcomes.cycle[lost["deal"]] <= _LONGEST_CYCLE)
    )
    count = len(lost)
    day = clock.local_day(lost["closed_at"]) + rng.integers(5, 25, count)
    opened_at = clock.to_utc(day * DAY + rng.integers(9 * 60, 12 * 60, count) * 60)
    end_day = day + rng.integers(4, 30, count)
    ended_at = clock.to_utc(end_day * DAY + rng.integers(16 * 60 + 30, 18 * 60, count) * 60)
    status = np.where(rng.random(count) < 0.5, WON, LOST)
    ends = rng.random(count) < 0.7
    opened = {
        **lost.columns,
        "stage": np.full(count, _STAGE, dtype=np.int64),
        "closed_at": np.full(count, NONE, dtype=np.int64),
        "status": np.full(count, OPEN, dtype=np.int64),
        "updated_at": opened_at,
        "reason": np.full(count, NONE, dtype=np.int64),
    }
    ended = {
        **lost.columns,
        "stage": np.where(status == WON, WON_STAGE, LOST_STAGE),
        "closed_at": ended_at,
        "status": status,
        "updated_at": ended_at,
        "reason": np.where(status == LOST, lost["reason"], NONE),
    }
    versions = [
        Frame(opened, clock.local_day(opened_at)),
        Frame(ended, clock.local_day(ended_at)).take(ends),
    ]
    return ClosedDeals(
        deals=stack([closed.deals, *versions]),
        stages=stack([closed.stages, *(stage_change(version) for version in versions)]),
        outcomes=closed.outcomes,
    )
