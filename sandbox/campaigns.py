"""Which campaign of the CRM runs when: one per quarter and channel."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE, Clock, Ints, month_index
from sandbox.words import CAMPAIGN_CHANNELS


def campaign_of(clock: Clock, days: Ints, channel: Ints) -> Ints:
    """The campaign that runs on each day in each campaign channel; `NONE` where there is no channel."""
    quarter = month_index(days) // 3 - int(month_index(np.array([clock.first_day]))[0]) // 3
    return np.where(channel == NONE, NONE, quarter * len(CAMPAIGN_CHANNELS) + channel)
