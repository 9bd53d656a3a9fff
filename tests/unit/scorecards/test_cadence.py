"""The grains of the scorecard by cadence."""

from __future__ import annotations

import pytest

from scorecards.cadence import grains_of
from tests.unit.scorecards.conftest import metric

ALL = ("day", "week", "month", "quarter", "year")


@pytest.mark.parametrize(
    ("cadence", "times", "targets", "grains"),
    [
        ("daily", ALL, (), ("day", "week", "month")),
        ("quarterly", ALL, (), ("quarter", "year")),
        ("", ALL, (), ("month",)),
        ("monthly", ALL, ("week",), ("week", "month", "quarter")),
        # A monthly fact has no days: the next coarser ones remain.
        ("daily", ("month", "quarter", "year"), (), ("month",)),
        ("daily", ("quarter", "year"), (), ("quarter",)),
        ("daily", (), (), ()),
    ],
)
def test_grains_of_a_metric(
    cadence: str, times: tuple[str, ...], targets: tuple[str, ...], grains: tuple[str, ...]
) -> None:
    assert grains_of(metric("m", cadence=cadence), times, targets) == grains
