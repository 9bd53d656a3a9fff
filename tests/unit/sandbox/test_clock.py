"""The company's clock."""

from __future__ import annotations

import numpy as np

from sandbox.clock import Clock


def test_madrid_changes_its_clocks() -> None:
    """The last Sunday of March 2026 has 23 hours, that of October 25."""
    clock = Clock(first_day=20_000, last_day=21_000)
    days = np.array([20_541, 20_542, 20_751, 20_752], dtype=np.int64)
    midnights = clock.to_utc(days * 86_400)
    assert (midnights[1] - midnights[0], midnights[3] - midnights[2]) == (23 * 3600, 25 * 3600)
    assert (clock.to_local(midnights) == days * 86_400).all()
