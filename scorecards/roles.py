"""The metrics of each role, chosen from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from semantic_layer.records import Metric


class Role(StrEnum):
    """A reader. Reps, managers and directors watch the metrics that name them; the others their families."""

    rep = "rep"
    manager = "manager"
    director = "director"
    call_center = "call-center"
    marketing = "marketing"


_FAMILIES = {
    Role.call_center: ("activity",),
    Role.marketing: ("leads", "email", "social", "marketing_return"),
}


def metrics_of(role: Role, metrics: Iterable[Metric]) -> list[Metric]:
    """The role's metrics, family by family."""
    families = _FAMILIES.get(role)
    chosen = [
        metric
        for metric in metrics
        if (metric.family in families if families else role.value in metric.roles)
    ]
    return sorted(chosen, key=lambda metric: (metric.family, metric.name))
