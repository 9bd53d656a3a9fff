"""The algebra of figures, checked by values calculated by hand."""

from __future__ import annotations

import numpy as np

from sandbox.clock import Ints
from sandbox.figures import Dimension, counted, distinct, growth, ratio, summed

MONTHS = np.array([0, 0, 1, 1, 1], dtype=np.int64)
REGION = Dimension("rep__region", np.array([0, 1, 0, -1, 0], dtype=np.int64), ("Norte", "Sur"))


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_sums_counts_and_distinct_by_month_and_dimension() -> None:
    cents = summed(MONTHS, ints(150, 50, 100, 25, 75), REGION, unit=100)
    assert cents.total == 4.0
    assert cents.by_month == {"1970-01": 2.0, "1970-02": 2.0}
    assert cents.by_dimension == {"rep__region": {"": 0.25, "Norte": 3.25, "Sur": 0.5}}
    assert counted(MONTHS).by_month == {"1970-01": 2.0, "1970-02": 3.0}
    different = distinct(MONTHS, ints(7, 7, 7, 8, 7))
    assert (different.total, different.by_month) == (2.0, {"1970-01": 1.0, "1970-02": 2.0})


def test_division_by_zero_has_no_value_and_growth_no_total() -> None:
    none = ratio(counted(MONTHS), summed(MONTHS, ints(0, 0, 1, 1, 1)))
    assert none.by_month == {"1970-01": None, "1970-02": 1.0}
    change = growth(counted(MONTHS), months_back=1)
    assert (change.total, change.by_month) == (None, {"1970-01": None, "1970-02": 0.5})
