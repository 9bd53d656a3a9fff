"""Metrics as the gate reads them: their values by month, and what values each can have.

Computing metrics does not belong here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_NEVER_NEGATIVE = frozenset({"count", "seconds", "minutes", "hours", "days"})
_CHANGES = ("growth", "roi")
_BEYOND_A_WHOLE = {
    "gross_margin_rate": (-math.inf, math.inf),
    "expansion_rate": (-math.inf, math.inf),
    "return_rate": (0.0, math.inf),
    "units_sold": (-math.inf, math.inf),
    "cost_of_sales_rate": (-math.inf, math.inf),
    "occupancy_rate": (0.0, math.inf),
    "qualified_lead_rate": (0.0, math.inf),
}
"""Figures that go beyond the range of their unit. Rates whose numerator is not part of the denominator: costs
and credit lines, returns of another month's sales, leads qualified in another month than they came. Units net of
returns, which may be more than the month's sales.
"""


@dataclass(frozen=True)
class MetricValue:
    """One metric in one month. `value` is None where there is none (division by zero)."""

    metric: str
    month: date
    value: float | None


@dataclass(frozen=True)
class MetricMeta:
    """A metric, its unit as in the catalogue (count, currency, percent, days, …), and its possible range."""

    name: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def of(cls, name: str, meta: Mapping[str, Any]) -> MetricMeta:
        """From a metric's `config.meta`; `possible: [low, high]` there overrides the range of its unit."""
        unit = str(meta.get("unit", ""))
        low, high = meta.get("possible") or _possible(name, unit)
        return cls(name=name, unit=unit, low=float(low), high=float(high))

    @property
    def is_change(self) -> bool:
        """Whether it compares two periods: such a figure has no range of its own."""
        return any(word in self.name.split("_") for word in _CHANGES)

    @property
    def is_running_total(self) -> bool:
        """Whether it adds up since the start of a month, quarter or year: January is far below December then.

        What it adds up is a metric of its own, with its own range.
        """
        return self.name.endswith("_to_date")

    def is_possible(self, value: float) -> bool:
        """Whether the metric can have this value."""
        slack = 1e-9
        return math.isfinite(value) and self.low - slack <= value <= self.high + slack


def _possible(name: str, unit: str) -> tuple[float, float]:
    if name in _BEYOND_A_WHOLE:
        return _BEYOND_A_WHOLE[name]
    if unit == "percent" and not name.endswith(("_attainment", "_roi", "_growth")):
        return 0.0, 1.0
    if unit == "score":
        return -100.0, 100.0
    return (0.0 if unit in _NEVER_NEGATIVE else -math.inf), math.inf


def by_metric(values: Iterable[MetricValue]) -> dict[str, dict[date, float | None]]:
    """Metric to its values by month."""
    series: dict[str, dict[date, float | None]] = defaultdict(dict)
    for value in values:
        month = value.month.date() if isinstance(value.month, datetime) else value.month
        series[value.metric][month] = None if value.value is None else float(value.value)
    return series
