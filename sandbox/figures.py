"""Figures as the ground truth has them: in total, by month and by a dimension, with the little algebra they need.

Plain arithmetic on arrays; what is counted stands in `sales_metrics` and `interaction_metrics`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sandbox.clock import Array, Ints, month_names

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Figure:
    """The values of one metric. No value (division by zero) is None; no row is no entry."""

    total: float | None
    by_month: Values
    by_dimension: Mapping[str, Values] = field(default_factory=dict)
    """Dimension (as MetricFlow names it) to value of the dimension to value; the empty text is "none"."""


@dataclass(frozen=True)
class Dimension:
    """A label for each row: `labels[codes]`, and the empty text where a code is negative."""

    name: str
    codes: Ints
    labels: Sequence[str]

    def where(self, rows: Array) -> Dimension:
        """The same for some of the rows."""
        return Dimension(self.name, self.codes[rows], self.labels)


def summed(months: Ints, values: Array, *dimensions: Dimension, unit: float = 1.0) -> Figure:
    """The sum of whole numbers in total and by each cut, divided by `unit` (100 for cents)."""
    whole = values.astype(np.int64)

    def cut(codes: Ints) -> tuple[Ints, Ints]:
        keys, position = np.unique(codes, return_inverse=True)
        sums = np.zeros(len(keys), dtype=np.int64)
        np.add.at(sums, position, whole)
        return keys, sums

    return _cut(float(whole.sum()) / unit, cut, months, dimensions, unit)


def counted(months: Ints, *dimensions: Dimension) -> Figure:
    """The number of rows."""
    return summed(months, np.ones(len(months), dtype=np.int64), *dimensions)


def distinct(months: Ints, things: Ints, *dimensions: Dimension) -> Figure:
    """The number of different things."""

    def cut(codes: Ints) -> tuple[Ints, Ints]:
        pairs = np.unique(np.stack([codes, things], axis=1), axis=0)
        keys, counts = np.unique(pairs[:, 0], return_counts=True)
        return keys, counts.astype(np.int64)

    return _cut(float(len(np.unique(things))), cut, months, dimensions, 1.0)


def _cut(
    total: float,
    cut: Callable[[Ints], tuple[Ints, Ints]],
    months: Ints,
    dimensions: Sequence[Dimension],
    unit: float,
) -> Figure:
    keys, sums = cut(months)
    by_month = dict(zip(month_names(keys), (float(value) / unit for value in sums), strict=True))
    by_dimension = {}
    for dimension in dimensions:
        codes, parts = cut(dimension.codes)
        labels = [dimension.labels[code] if code >= 0 else "" for code in codes]
        by_dimension[dimension.name] = dict(
            zip(labels, (float(value) / unit for value in parts), strict=True)
        )
    return Figure(total, by_month, by_dimension)


def combined(formula: Callable[..., float], *parts: Figure, leading: int = -1) -> Figure:
    """`formula` of the values of several figures, wherever the part numbered `leading` has a value.

    Another part without a row there counts as 0. A division by zero gives None.
    """

    def apply(values: Sequence[float | None]) -> float | None:
        try:
            return float(formula(*(0.0 if value is None else value for value in values)))
        except ZeroDivisionError:
            return None

    def joined(cuts: Sequence[Values]) -> Values:
        return {key: apply([cut.get(key) for cut in cuts]) for key in cuts[leading]}

    shared = set.intersection(*(set(part.by_dimension) for part in parts))
    return Figure(
        total=apply([part.total for part in parts]),
        by_month=joined([part.by_month for part in parts]),
        by_dimension={
            name: joined([part.by_dimension[name] for part in parts]) for name in sorted(shared)
        },
    )


def ratio(top: Figure, bottom: Figure) -> Figure:
    """`top` / `bottom` wherever `bottom` has a value."""
    return combined(lambda a, b: a / b, top, bottom)


def growth(figure: Figure, *, months_back: int) -> Figure:
    """The change from the month `months_back` earlier; there is none in total."""
    changes: dict[str, float | None] = {}
    for month, value in figure.by_month.items():
        year, number = int(month[:4]), int(month[5:])
        index = year * 12 + number - 1 - months_back
        before = figure.by_month.get(f"{index // 12:04d}-{index % 12 + 1:02d}")
        changes[month] = value / before - 1 if before and value is not None else None
    return Figure(None, changes)
