"""Which metrics the scorecard has by which periods and for whom.

What a figure is worth by day, week or year is the metric's cadence; computing it belongs to `building`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from semantic_layer.records import GRAINS, Dimension, Grain, Metric

COMPANY = "company"

SCOPES: Mapping[str, str] = {"rep__key": "rep", "rep__team": "team", "rep__region": "region"}
"""Dimensions that a metric has to offer for a scope. A rep's past stays in the team of the time, because
facts are tied to versions of reps."""

CADENCE_GRAINS: Mapping[str, tuple[Grain, ...]] = {
    "daily": ("day", "week", "month"),
    "weekly": ("week", "month"),
    "monthly": ("month", "quarter"),
    "quarterly": ("quarter", "year"),
}
"""Periods in which a metric of a cadence is looked at; targets of other periods add theirs."""


def grains_of(
    metric: Metric, times: Sequence[str], targets: Collection[str] = ()
) -> tuple[Grain, ...]:
    """The grains that a metric's scorecard has.

    Those that its cadence asks for and those of its targets, of the `times` that the metric offers; the
    finest of these where it offers none of them. A metric without a cadence is looked at by month.
    """
    asked = {*CADENCE_GRAINS.get(metric.cadence, ("month",)), *targets}
    offered = [grain for grain in GRAINS if grain in times]
    return tuple(grain for grain in offered if grain in asked) or tuple(offered[:1])


def times_of(dimensions: Sequence[Dimension], name: str) -> tuple[str, ...]:
    """Grains of a time dimension, from its finest; none where it is not offered."""
    return next((d.grains for d in dimensions if d.name == name), ())
