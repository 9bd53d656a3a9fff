"""Gate 3: figures that cannot be, jumps, and seasons that are none."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest

from orchestration.core.records import CheckResult
from orchestration.quality import MetricMeta, MetricValue
from orchestration.quality.intended_changes import IntendedChanges
from tests.unit.quality.factories import gate_input, results

# two years of a shop with a strong Christmas and a dead August
SEASONAL = [80, 85, 95, 100, 105, 100, 90, 30, 100, 110, 160, 240,
            90, 95, 105, 112, 118, 110, 100, 33, 112, 125, 180, 270]  # fmt: skip


def months(values: list[float | None], metric: str = "revenue") -> list[MetricValue]:
    return [
        MetricValue(metric, date(2024 + i // 12, i % 12 + 1, 1), value)
        for i, value in enumerate(values)
    ]


def check(
    values: list[MetricValue],
    meta: MetricMeta,
    *,
    previous: list[MetricValue] | None = None,
    complete_before: date = date(2026, 1, 1),
) -> CheckResult:
    """The result for one metric, after a release that had another one."""
    other = MetricValue("another", date(2024, 1, 1), 1.0)
    (result,) = results(
        "metric.<metric>",
        gate_input(
            Path("/nonexistent"),
            metrics=[meta],
            values=values,
            previous_values=[other, *(previous or [])],
            complete_before=complete_before,
        ),
    )
    return result


def outcome(
    values: list[float | None],
    *,
    metric: str = "revenue",
    unit: str = "currency",
    previous: list[float | None] | None = None,
    complete_before: date = date(2026, 1, 1),
) -> str:
    return check(
        months(values, metric),
        MetricMeta.of(metric, {"unit": unit}),
        previous=months(previous or [], metric),
        complete_before=complete_before,
    ).outcome


@pytest.mark.parametrize(
    ("metric", "unit", "value", "expected"),
    [
        ("orders", "count", -1, "fail"),
        ("orders", "count", 0, "pass"),
        ("win_rate", "percent", 1.2, "fail"),
        ("win_rate", "percent", -0.1, "fail"),
        ("win_rate", "percent", 1.0, "pass"),
        ("quota_attainment", "percent", 1.4, "pass"),
        ("revenue_mom_growth", "percent", -0.9, "pass"),
        ("revenue_mom_growth", "percent", 9.0, "pass"),
        ("marketing_roi", "percent", -0.5, "pass"),
        ("gross_margin_rate", "percent", -0.2, "pass"),
        # returns can take back more cost than revenue
        ("gross_margin_rate", "percent", 1.2, "pass"),
        ("talk_time", "seconds", -5, "fail"),
        ("gross_margin", "currency", -500, "pass"),
        ("revenue", "currency", math.nan, "fail"),
        ("revenue", "currency", math.inf, "fail"),
        ("revenue", "currency", None, "pass"),
        ("net_promoter_score", "score", -40, "pass"),
        ("net_promoter_score", "score", -140, "fail"),
    ],
)
def test_what_a_figure_can_be(metric: str, unit: str, value: float | None, expected: str) -> None:
    assert outcome([value], metric=metric, unit=unit) == expected


def test_the_possible_range_can_stand_in_the_metric() -> None:
    meta = MetricMeta.of("reach_rate", {"unit": "percent", "possible": [0, 3]})
    assert check(months([2.0], "reach_rate"), meta).outcome == "pass"


@pytest.mark.parametrize("unit", ["currency", "count"])
def test_seasons_and_growth_are_no_jump(unit: str) -> None:
    assert outcome([v * 10 for v in SEASONAL], unit=unit) == "pass"
    assert outcome([100 * 1.15**i for i in range(24)], unit=unit) == "pass"


def test_a_start_in_mid_month_and_a_month_that_is_not_over_are_no_jump() -> None:
    assert outcome([2, *SEASONAL[1:]]) == "pass"
    assert outcome([*SEASONAL[:-1], 3], complete_before=date(2025, 12, 1)) == "pass"


def test_a_running_total_that_begins_again_in_january_is_no_jump() -> None:
    """A shop that sold much in its first months: a year's total of January is a tenth of those before it."""
    to_date = [50, 74, 80, 84, 88, 90, 92, 94, 96, 98, 100, 110, 7]
    assert outcome(to_date, metric="revenue_year_to_date") == "pass"
    assert outcome(to_date, metric="revenue") == "fail"
    assert outcome([*to_date, math.nan], metric="revenue_year_to_date") == "fail"


def test_short_histories_are_left_alone() -> None:
    assert outcome([100, 100, 100, 100, 100, 100, 100, 9000]) == "pass"


def test_small_numbers_are_left_alone() -> None:
    few = [1, 0, 2, 1, 3, 0, 1, 2, 1, 1, 9, 0, 1]
    assert outcome(few, unit="count", metric="demos") == "pass"


def test_a_figure_that_swings_is_compared_with_its_own_swings() -> None:
    """The cost of winning few customers, and the revenue of few orders, each once stopped a sound company."""
    cost = [952, 1183, 841, 626, 1620, 1353, 2413, 1329, 1266, 1222]
    revenue = [350, 370, 1298, 2000, 1145, 2882, 527, 1470, 1163, 1070]
    assert outcome([*cost, 11912]) == "pass"
    assert outcome([*revenue, 42]) == "pass"
    assert outcome([*cost, 120_000]) == "fail"
    assert outcome([*revenue, 8]) == "fail"
    growing = [100 * 1.15**i for i in range(23)]
    assert outcome([*growing, 20 * growing[-1]]) == "fail", "growth over years is no swing"


@pytest.mark.parametrize("factor", [100, 0.01, -1])
def test_a_unit_or_a_sign_that_changed_is_a_jump(factor: float) -> None:
    values = [*SEASONAL[:-1], SEASONAL[-1] * factor]
    assert outcome(values) == "fail"


def test_a_month_that_is_missing_is_a_jump() -> None:
    counts = [v * 10 for v in SEASONAL]
    assert outcome([*counts[:-1], 3], unit="count", metric="orders") == "fail"


def test_a_rate_that_collapses_is_a_jump_and_one_that_wavers_is_none() -> None:
    steady = [0.62, 0.63, 0.61, 0.6, 0.64, 0.63, 0.62, 0.6, 0.61, 0.63]
    assert outcome([*steady, 0.05], metric="win_rate", unit="percent") == "fail"
    assert outcome([*steady, 0.5], metric="win_rate", unit="percent") == "pass"
    wavering = [0.2, 0.8, 0.5, 0.1, 0.9, 0.4, 0.7, 0.3, 0.6, 0.5]
    assert outcome([*wavering, 1.0], metric="win_rate", unit="percent") == "pass"


def test_a_past_month_that_differs_from_the_last_release_is_checked() -> None:
    values = [*SEASONAL]
    values[3] *= 100
    assert outcome(values, previous=SEASONAL) == "fail"
    assert outcome(values, previous=values) == "pass", "waived once, it is reported no more"


def test_a_failure_names_the_metric_and_the_months() -> None:
    meta = MetricMeta.of("win_rate", {"unit": "percent"})
    result = check(months([1.0, 1.7], "win_rate"), meta)
    assert result.name == "metric.win_rate"
    assert result.observed == "1.7 in 2024-02"
    assert result.expected == "between 0 and 1"


def test_a_jump_in_a_first_release_warns() -> None:
    """Nobody has read other figures of that past."""
    candidate = gate_input(
        Path("/nonexistent"),
        metrics=[MetricMeta.of("revenue", {"unit": "currency"})],
        values=months([*SEASONAL[:-1], SEASONAL[-1] * 100]),
        complete_before=date(2026, 1, 1),
    )
    (result,) = results("metric.<metric>", candidate)
    assert result.outcome == "warn"


@pytest.mark.parametrize(("position", "outcome"), [(3, "warn"), (-1, "fail")])
def test_where_a_mapping_was_changed_only_months_of_the_release_are_incomparable(
    position: int, outcome: str
) -> None:
    values = [*SEASONAL]
    values[position] *= 100
    candidate = gate_input(
        Path("/nonexistent"),
        metrics=[MetricMeta.of("revenue", {"unit": "currency"})],
        values=months(values),
        previous_values=months(SEASONAL[:-1]),
        complete_before=date(2027, 1, 1),
        changes=IntendedChanges("R1", settings=("currency",)),
    )
    (result,) = results("metric.<metric>", candidate)
    assert result.outcome == outcome
    assert ("not comparable: `currency` changed since release R1" in result.observed) is (
        outcome == "warn"
    )
