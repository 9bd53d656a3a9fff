"""Versions of rows in frames."""

from __future__ import annotations

import numpy as np

from sandbox.clock import Ints
from sandbox.frames import Frame


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_the_newest_version_wins_whatever_the_order() -> None:
    rows = Frame({"id": ints(2, 1, 1), "at": ints(5, 9, 3), "v": ints(20, 11, 10)}, ints(0, 0, 0))
    assert rows.newest("id", "at")["v"].tolist() == [11, 20]
