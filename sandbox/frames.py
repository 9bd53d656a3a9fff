"""Rows as columns, and the day on which exports show them.

A `Frame` holds the rows that a tool exports: one array per column, and the day on which each row is first in an
export (`exported_on`). A stream whose rows change has one row per version. Writing files does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.clock import Array, Bools, Ints


@dataclass(frozen=True)
class Frame:
    """Rows of one stream in columns of equal length."""

    columns: Mapping[str, Array]
    exported_on: Ints

    def __len__(self) -> int:
        return len(self.exported_on)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def take(self, rows: Ints | Bools) -> Frame:
        """The rows at these positions, or where true."""
        return Frame(
            {name: values[rows] for name, values in self.columns.items()}, self.exported_on[rows]
        )

    def exported_by(self, day: int) -> Frame:
        """The rows that were exported by the end of `day`."""
        return self.take(self.exported_on <= day)

    def exported_from(self, days: Ints) -> Frame:
        """The same rows, first exported on other days."""
        return Frame(self.columns, days)

    def newest(self, key: str, by: str) -> Frame:
        """One row per `key`: the one with the greatest `by`. Rows come out ordered by key."""
        order = np.lexsort((self.columns[by], self.columns[key]))
        keys = self.columns[key][order]
        last = np.ones(len(keys), dtype=np.bool_)
        last[:-1] = keys[1:] != keys[:-1]
        return self.take(order[last])

    def distinct(self, key: str) -> Frame:
        """One row per `key`, for rows that never change."""
        _, first = np.unique(self.columns[key], return_index=True)
        return self.take(first.astype(np.int64))


def stack(frames: Sequence[Frame]) -> Frame:
    """The rows of all frames, one after another."""
    names = frames[0].columns.keys()
    columns = {name: np.concatenate([frame[name] for frame in frames]) for name in names}
    return Frame(columns, np.concatenate([frame.exported_on for frame in frames]))


def lookup(values: Array, at: Ints, missing: int) -> Array:
    """`values[at]`, and `missing` where `at` is negative."""
    safe = np.where(at < 0, 0, at)
    return np.where(at < 0, missing, values[safe] if len(values) else missing)
