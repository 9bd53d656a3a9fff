"""Names of dbt's clients."""

from __future__ import annotations

import pytest

from serving.dbt_names import group_by_name, order_name, split_grain


@pytest.mark.parametrize(
    ("name", "grain", "expected"),
    [
        ("metric_time", "MONTH", "metric_time__month"),
        ("METRIC_TIME", "month", "metric_time__month"),
        ("metric_time__month", "MONTH", "metric_time__month"),
        ("metric_time__month", None, "metric_time__month"),
        ("rep__team", "", "rep__team"),
    ],
)
def test_group_by_names(name: str, grain: str | None, expected: str) -> None:
    assert group_by_name(name, grain) == expected


def test_orders() -> None:
    assert order_name("revenue", descending=True) == "-revenue"
    assert order_name("metric_time", grain="DAY") == "metric_time__day"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("metric_time__month", ("metric_time", "month")),
        ("rep__hired_on__year", ("rep__hired_on", "year")),
        ("rep__team", ("rep__team", None)),
        ("month", ("month", None)),
    ],
)
def test_grains_are_split_off(name: str, expected: tuple[str, str | None]) -> None:
    assert split_grain(name) == expected
