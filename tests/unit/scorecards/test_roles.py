"""The metrics of each role."""

from __future__ import annotations

from scorecards.roles import Role, metrics_of
from tests.unit.scorecards.conftest import metric

METRICS = [
    metric("revenue", roles=("manager", "director")),
    metric("calls", family="activity", roles=("rep",)),
    metric("open_rate", family="email", roles=("director",)),
]


def names(role: Role) -> list[str]:
    return [metric.name for metric in metrics_of(role, METRICS)]


def test_managers_see_metrics_that_name_them_and_marketing_its_families() -> None:
    assert names(Role.manager) == ["revenue"]
    assert names(Role.director) == ["open_rate", "revenue"]
    assert names(Role.call_center) == ["calls"]
    assert names(Role.marketing) == ["open_rate"]
