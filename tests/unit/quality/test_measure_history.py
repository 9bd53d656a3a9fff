"""Months of a figure beside its history: what stops, what warns, and the honest changes that do neither."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from orchestration.quality.measure_history import (
    HistoryLimits,
    by_month,
    month_before,
    restated,
    unusual_month,
    usual_day,
)
from orchestration.quality.measures import Day

LIMITS = HistoryLimits()
FIRST, JUNE, AS_OF = date(2024, 7, 1), date(2026, 6, 1), date(2026, 6, 30)
SEASON = (1.0, 0.95, 1.0, 1.0, 1.0, 1.0, 0.9, 0.45, 1.0, 1.1, 1.3, 1.6)

Change = Callable[[date, float], float]


def company(
    change: Change = lambda day, rows: rows,
    *,
    first: date = FIRST,
    last: date = AS_OF,
    seed: int = 1,
    rows: float = 40,
) -> dict[date, Day]:
    """Days of a company that grows by 1.5 % a month, closes at weekends and has a dead August."""
    chance = random.Random(seed)
    days, day = {}, first
    while day <= last:
        grown = rows * 1.015 ** ((day - first).days / 30) * SEASON[day.month - 1]
        count = 0.0 if day.weekday() > 4 else chance.gauss(grown, grown**0.5)
        count = change(day, max(count, 0.0))
        if count >= 1:
            days[day] = Day(round(count), round(count))
        day += timedelta(days=1)
    return days


def found(days: dict[date, Day], month: date = JUNE, as_of: date = AS_OF) -> str | None:
    fault = unusual_month(days, month, as_of, LIMITS)
    return fault.severity if fault else None


def in_june(factor: float, first: int = 1, last: int = 30) -> Change:
    return lambda day, rows: rows * factor if day >= JUNE and first <= day.day <= last else rows


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "change",
    [
        in_june(1.0),
        in_june(1.3),  # growth, a price that rose
        in_june(4.0, 8, 21),  # a campaign of two weeks
        in_june(5.0, 24, 26),  # Black Friday
        in_june(0.0, 8, 21),  # a closure
    ],
)
def test_honest_changes_are_not_reported(seed: int, change: Change) -> None:
    assert found(company(change, seed=seed)) is None


@pytest.mark.parametrize("seed", range(20))
def test_no_month_of_a_sound_company_is_reported(seed: int) -> None:
    days = company(seed=seed)
    for count in range(12):
        month = month_before(JUNE, count)
        until = month_before(month, -1) - timedelta(days=1)
        assert (
            found({day: figure for day, figure in days.items() if day <= until}, month, until)
            is None
        )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("factor", "severity"), [(2.2, "error"), (10, "error"), (0.3, "error"), (0.5, "warn")]
)
def test_a_month_at_another_level_is(seed: int, factor: float, severity: str) -> None:
    assert found(company(in_june(factor), seed=seed)) == severity


def test_a_figure_of_one_day_a_month_is_compared_by_month() -> None:
    months = [month_before(JUNE, count) for count in range(20)]
    costs = {month: Day(40, 90_000.0 + month.month) for month in months}
    assert found(costs) is None
    assert found({**costs, JUNE: Day(17, 38_000.0)}) == "warn"
    assert found({**costs, JUNE: Day(80, 180_000.0)}) == "error"


def test_a_doubled_august_is_compared_with_the_last_one() -> None:
    """Half of a usual month, twice as much as in August a year ago."""
    august, until = date(2026, 8, 1), date(2026, 8, 31)
    days = company(lambda day, rows: 2.2 * rows if day >= august else rows, last=until)
    assert found(days, august, until) is None, "in line with the months before"
    december, until = date(2026, 12, 1), date(2026, 12, 31)
    days = company(lambda day, rows: 2.2 * rows if day >= december else rows, last=until)
    assert found(days, december, until) == "error"


def test_a_month_that_is_not_over_is_compared_day_by_day() -> None:
    middle = date(2026, 6, 14)
    assert found(company(in_june(1.0), last=middle), as_of=middle) is None
    assert found(company(in_june(2.3), last=middle), as_of=middle) == "error"
    third = date(2026, 6, 3)
    assert found(company(in_june(9.0), last=third), as_of=third) is None, "too few days"


def test_small_figures_and_short_histories_are_left_alone() -> None:
    assert found(company(in_june(2.2), rows=0.4)) is None
    assert found(company(in_june(2.2), first=date(2026, 3, 1))) is None


def test_without_a_year_ago_it_takes_more() -> None:
    young = date(2025, 10, 1)
    assert found(company(in_june(1.9), first=young)) is None
    assert found(company(in_june(3.5), first=young)) == "error"


def test_the_text_names_month_factor_and_level() -> None:
    fault = unusual_month(company(in_june(3.0), rows=400), JUNE, AS_OF, LIMITS)
    assert fault is not None
    assert fault.text.startswith("37,261 in 2026-06, ")
    assert fault.text.endswith(" times the 12,035 of the months before")


def test_the_first_month_is_no_history() -> None:
    days = {
        date(2026, 5, 30): Day(1, 1.0),
        date(2026, 6, 1): Day(2, 5.0),
        date(2026, 6, 20): Day(1, 2.0),
    }
    assert by_month(days) == {JUNE: Day(3, 7.0)}
    assert by_month(days, 10) == {JUNE: Day(2, 5.0)}


def test_a_usual_day_is_that_of_most_days() -> None:
    burst = usual_day(company(in_june(5.0, 24, 26)), JUNE, AS_OF, high=True)
    assert burst is not None and 0.8 < burst < 1.3
    level = usual_day(company(in_june(2.0)), JUNE, AS_OF, high=True)
    assert level is not None and 1.6 < level < 2.3
    assert usual_day({AS_OF: Day(1, 1.0)}, JUNE, AS_OF, high=True) is None


def test_closed_months_that_moved_are_reported_and_open_ones_are_not() -> None:
    days = company()
    before = {month: figure.value for month, figure in by_month(days).items()}
    march, may = date(2026, 3, 1), date(2026, 5, 1)
    assert restated(days, before, may, LIMITS) == []
    changed = {**before, march: before[march] / 1.3, may: before[may] / 3}
    [fault] = restated(days, changed, may, LIMITS)
    assert (fault.severity, fault.month) == ("warn", march)
    [fault] = restated(days, {**before, march: before[march] / 2}, may, LIMITS)
    assert fault.severity == "error"
    assert "in 2026-03, which was" in fault.text
