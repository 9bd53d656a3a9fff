"""Months far outside their history: which are examined, against what, and what is reported."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.quality.metric_jumps import JumpLimits, jumps
from orchestration.quality.metric_values import MetricMeta

REVENUE = MetricMeta.of("revenue", {"unit": "currency"})
END = date(2027, 1, 1)
STEADY = [100.0, 104, 98, 102, 97, 103, 101, 99, 100, 102, 98]


def series(*values: float | None) -> dict[date, float | None]:
    return {date(2026 + n // 12, n % 12 + 1, 1): value for n, value in enumerate(values)}


def months(
    values: dict[date, float | None],
    *,
    before: dict[date, float | None] | None = None,
    until: date = END,
    **limits: float,
) -> list[int]:
    outliers = jumps(REVENUE, values, before or {}, until, JumpLimits(**limits))  # type: ignore[arg-type]
    return [month.month for month, _ in outliers]


def test_a_month_of_a_hundred_times_the_others_is_reported_with_its_history() -> None:
    ((month, text),) = jumps(REVENUE, series(*STEADY, 10_000), {}, END, JumpLimits())
    assert month == date(2026, 12, 1)
    assert text == "10,000 (history: 97 to 104)"


def test_a_month_that_is_not_over_is_not_examined() -> None:
    assert months(series(*STEADY, 10_000), until=date(2026, 12, 1)) == []


def test_a_month_that_the_last_release_had_already_is_not_reported_again() -> None:
    values = series(*STEADY, 10_000)
    assert months(values, before=values) == []
    assert months(values, before={**values, date(2026, 12, 1): 100.0}) == [12]


def test_an_early_month_is_examined_where_it_differs_from_the_last_release() -> None:
    values = series(*STEADY[:3], 10_000, *STEADY[4:], 100)
    assert months(values) == [], "a first release has nothing to differ from"
    assert months(values, before=series(*STEADY, 100)) == [4]


def test_leading_zeros_and_the_month_after_them_are_no_history() -> None:
    assert months(series(0, 0, 0, 1, *STEADY[:8], 100)) == []
    assert months(series(None, 1, *STEADY[:7], 10_000)) == []


@pytest.mark.parametrize(("limits", "outliers"), [({}, [12]), ({"times_highest": 200}, [])])
def test_the_limits_decide(limits: dict[str, float], outliers: list[int]) -> None:
    assert months(series(*STEADY, 10_000), **limits) == outliers


def test_a_figure_of_a_few_rows_may_be_nothing_in_a_month_and_a_steady_one_may_not() -> None:
    of_a_few = [62.5, 400, 120, 697, 90, 310, 75, 520, 110, 260, 640]
    assert months(series(*of_a_few, 0)) == []
    assert months(series(*STEADY, 0)) == [12]
