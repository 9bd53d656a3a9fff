"""Metrics as the gate reads them: their possible range, and their values by month."""

from __future__ import annotations

import math
from datetime import date, datetime

import pytest

from orchestration.quality.metric_values import MetricMeta, MetricValue, by_metric


@pytest.mark.parametrize(
    ("name", "unit", "low", "high"),
    [
        ("orders", "count", 0, math.inf),
        ("talk_time", "seconds", 0, math.inf),
        ("win_rate", "percent", 0, 1),
        ("quota_attainment", "percent", -math.inf, math.inf),
        ("gross_margin_rate", "percent", -math.inf, math.inf),
        ("return_rate", "percent", 0, math.inf),
        ("net_promoter_score", "score", -100, 100),
        ("revenue", "currency", -math.inf, math.inf),
    ],
)
def test_the_range_follows_from_name_and_unit(
    name: str, unit: str, low: float, high: float
) -> None:
    meta = MetricMeta.of(name, {"unit": unit})
    assert (meta.low, meta.high) == (low, high)


def test_a_declared_range_comes_first() -> None:
    meta = MetricMeta.of("win_rate", {"unit": "percent", "possible": [0, 2]})
    assert meta.is_possible(1.5) and not meta.is_possible(2.5)


def test_what_is_possible() -> None:
    rate = MetricMeta.of("win_rate", {"unit": "percent"})
    assert rate.is_possible(1 + 1e-12), "sums of floats round"
    assert not rate.is_possible(1.01)
    assert not rate.is_possible(math.nan)


def test_figures_that_compare_periods() -> None:
    assert MetricMeta("revenue_mom_growth").is_change
    assert MetricMeta("marketing_roi").is_change
    assert not MetricMeta("growing_accounts").is_change


def test_totals_to_date_are_running_totals() -> None:
    assert MetricMeta("revenue_year_to_date").is_running_total
    assert not MetricMeta("revenue_trailing_12_months").is_running_total


def test_values_by_metric_and_month() -> None:
    values = [
        MetricValue("orders", datetime(2026, 1, 1), 3),
        MetricValue("orders", date(2026, 2, 1), None),
        MetricValue("revenue", date(2026, 1, 1), 9.5),
    ]
    assert by_metric(values) == {
        "orders": {date(2026, 1, 1): 3.0, date(2026, 2, 1): None},
        "revenue": {date(2026, 1, 1): 9.5},
    }
