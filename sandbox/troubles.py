"""Troubles that a company can have and should be told of: words that nobody maps, references that match nothing.

A company has them only where it is made with `troubles`: a refresh warns of each, by intent. What breaks the
contract belongs to `defects`, which every company has.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sandbox.activities import HELD, POSTPONED
from sandbox.clock import NONE, generator
from sandbox.conversations import Conversations

NOBODY = 9_000
"""Users and extensions from here on are nobody's."""
_UNKNOWN_WORDS = 0.02
_UNMATCHED = 0.01


def with_troubles(conversations: Conversations, *, seed: int) -> Conversations:
    """One activity in fifty that was held has an outcome that the mapping does not know; one activity in a hundred
    has an owner, and one call in a hundred an extension, whom no export of users has.
    """
    rng = generator(seed, "troubles")
    activities, calls = conversations.activities, conversations.calls
    count = len(activities)
    postponed = (activities["outcome"] == HELD) & (rng.random(count) < _UNKNOWN_WORDS)
    unmatched = rng.random(count) < _UNMATCHED
    stranger = (calls["agent"] != NONE) & (rng.random(len(calls)) < _UNMATCHED)
    changed = {
        **activities.columns,
        "outcome": np.where(postponed, POSTPONED, activities["outcome"]),
        "owner": np.where(unmatched, NOBODY + activities["owner"], activities["owner"]),
    }
    return replace(
        conversations,
        activities=replace(activities, columns=changed),
        calls=replace(
            calls, columns={**calls.columns, "agent": np.where(stranger, NOBODY, calls["agent"])}
        ),
    )
