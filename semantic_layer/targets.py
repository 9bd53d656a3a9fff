"""Targets of metrics as a release has them.

Comparing values with them belongs to the scorecard and to `metric_review`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from semantic_layer.records import GRAINS, Grain

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

_TARGETS = """
    select metric, scope, period_grain, period_start_on, target, set_on, review_every_months
    from marts.performance.fct_targets
    order by all
"""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target of a metric. `target` is before any growth assumption."""

    metric: str
    scope: str
    grain: Grain
    period_start: date
    target: float
    set_on: date | None
    review_every_months: int | None


def targets_by_metric(layer: SemanticLayer) -> Mapping[str, Sequence[Target]]:
    """The targets of `performance.fct_targets` by metric; none where the release has no such table."""
    if not layer.warehouse.has_table("performance", "fct_targets"):
        return {}
    targets: dict[str, list[Target]] = defaultdict(list)
    for row in layer.rows(_TARGETS):
        if row["period_grain"] in GRAINS:
            targets[row["metric"]].append(
                Target(
                    metric=row["metric"],
                    scope=row["scope"],
                    grain=row["period_grain"],
                    period_start=row["period_start_on"],
                    target=float(row["target"]),
                    set_on=row["set_on"],
                    review_every_months=row["review_every_months"],
                )
            )
    return targets
