"""Which campaign runs when."""

from __future__ import annotations

import numpy as np

from sandbox.campaigns import campaign_of
from sandbox.clock import NONE, Clock, day_number
from sandbox.words import CAMPAIGN_CHANNELS


def test_one_campaign_per_quarter_and_channel() -> None:
    from datetime import date

    first = day_number(date(2025, 1, 1))
    clock = Clock(first_day=first, last_day=first + 700)
    days = np.array([day_number(date(2025, m, 1)) for m in (1, 3, 4, 12)], dtype=np.int64)
    channels = len(CAMPAIGN_CHANNELS)
    assert campaign_of(clock, days, np.array([0, 0, 0, 2])).tolist() == [
        0,
        0,
        channels,
        3 * channels + 2,
    ]
    assert campaign_of(clock, days[:1], np.array([NONE])).tolist() == [NONE]
