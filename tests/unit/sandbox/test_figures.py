"""The little algebra behind the truth, by figures worked out by hand."""

from __future__ import annotations

import numpy as np

from sandbox.clock import Clock, Ints
from sandbox.figures import Dimension, counted, distinct, growth, ratio, summed
from sandbox.frames import Frame

MONTHS = np.array([0, 0, 1, 1, 1], dtype=np.int64)
REGION = Dimension("rep__region", np.array([0, 1, 0, -1, 0], dtype=np.int64), ("Norte", "Sur"))


def _ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_sums_counts_and_distinct_by_month_and_dimension() -> None:
    cents = summed(MONTHS, _ints(150, 50, 100, 25, 75), REGION, unit=100)
    assert cents.total == 4.0
    assert cents.by_month == {"1970-01": 2.0, "1970-02": 2.0}
    assert cents.by_dimension == {"rep__region": {"": 0.25, "Norte": 3.25, "Sur": 0.5}}
    assert counted(MONTHS).by_month == {"1970-01": 2.0, "1970-02": 3.0}
    different = distinct(MONTHS, _ints(7, 7, 7, 8, 7))
    assert (different.total, different.by_month) == (2.0, {"1970-01": 1.0, "1970-02": 2.0})


def test_division_by_zero_has_no_value_and_growth_no_total() -> None:
    none = ratio(counted(MONTHS), summed(MONTHS, _ints(0, 0, 1, 1, 1)))
    assert none.by_month == {"1970-01": None, "1970-02": 1.0}
    change = growth(counted(MONTHS), months_back=1)
    assert (change.total, change.by_month) == (None, {"1970-01": None, "1970-02": 0.5})


def test_the_newest_version_wins_whatever_the_order() -> None:
    rows = Frame(
        {"id": _ints(2, 1, 1), "at": _ints(5, 9, 3), "v": _ints(20, 11, 10)}, _ints(0, 0, 0)
    )
    assert rows.newest("id", "at")["v"].tolist() == [11, 20]


def test_madrid_changes_its_clocks() -> None:
    """The last Sunday of March 2026 has 23 hours, that of October 25."""
    clock = Clock(first_day=20_000, last_day=21_000)
    days = _ints(20_541, 20_542, 20_751, 20_752)
    midnights = clock.to_utc(days * 86_400)
    assert (midnights[1] - midnights[0], midnights[3] - midnights[2]) == (23 * 3600, 25 * 3600)
    assert (clock.to_local(midnights) == days * 86_400).all()
