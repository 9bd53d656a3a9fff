"""Which metrics the scorecard has by which periods and for whom.

Which periods suit a metric is its cadence; computing it belongs to `scorecard_metrics`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from semantic_layer.records import GRAINS, Dimension, Grain, Metric

COMPANY = "company"

SCOPES: Mapping[str, str] = {"rep__key": "rep", "rep__team": "team", "rep__region": "region"}
"""Dimensions that a metric needs for a scope. A rep's past stays in the team of its time, because facts
reference versions of reps (SCD type 2)."""

CADENCE_GRAINS: Mapping[str, tuple[Grain, ...]] = {
    "daily": ("day", "week", "month"),
    "weekly": ("week", "month"),
    "monthly": ("month", "quarter"),
    "quarterly": ("quarter", "year"),
}
"""Periods by which a metric of a cadence is shown; targets of other periods add theirs."""


def grains_of(
    metric: Metric, times: Sequence[str], targets: Collection[str] = ()
) -> tuple[Grain, ...]:
    """The grains that a metric's scorecard has.

    Those of its cadence and of its targets, as far as the metric has them (`times`); the finest of `times`
    where it has none of them. A metric without a cadence is shown by month.
    """
    wanted = {*CADENCE_GRAINS.get(metric.cadence, ("month",)), *targets}
    offered = [grain for grain in GRAINS if grain in times]
    return tuple(grain for grain in offered if grain in wanted) or tuple(offered[:1])


def times_of(dimensions: Sequence[Dimension], name: str) -> tuple[str, ...]:
    """Grains of a time dimension, from its finest; none where it is not offered."""
    return next((d.grains for d in dimensions if d.name == name), ())
