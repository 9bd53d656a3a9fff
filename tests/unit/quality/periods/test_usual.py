"""What earlier weeks make one expect of a span, and how far such expectations are usually off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.quality.periods.usual import days_between, usual_weekdays, volume

MONDAY = date(2026, 6, 1)


def weeks(count: int, rows: list[int], before: date = MONDAY) -> dict[date, int]:
    """So many weeks before a Monday, each with these rows from Monday to Sunday."""
    first = before - timedelta(weeks=count)
    return {
        day: rows[day.weekday()]
        for day in days_between(first, before - timedelta(days=1))
        if rows[day.weekday()]
    }


@given(rows=st.lists(st.integers(0, 50), min_size=7, max_size=7), start=st.integers(0, 6))
def test_a_weekday_is_expected_to_have_the_rows_of_its_own_kind(
    rows: list[int], start: int
) -> None:
    days = weeks(12, rows)
    usual = usual_weekdays(days, MONDAY - timedelta(days=start))
    assert [weekday.mean for weekday in usual] == rows
    assert [weekday.fewest for weekday in usual] == rows


def test_a_span_without_eight_weeks_before_it_has_no_expectation() -> None:
    assert volume(weeks(7, [5] * 7), MONDAY, MONDAY + timedelta(days=6)) is None
    assert volume({}, MONDAY, MONDAY) is None


def test_rows_are_measured_in_the_usual_error() -> None:
    days = weeks(40, [100] * 5 + [0, 0])
    same = volume({**days, MONDAY: 100}, MONDAY, MONDAY)
    half = volume({**days, MONDAY: 50}, MONDAY, MONDAY)
    assert same is not None and half is not None
    assert (same.expected, same.ratio, same.deviations()) == (100, 1.0, 0.0)
    assert half.ratio == 0.5
    # log(0.5) over the least error of 5 % and that of a hundred rows
    assert half.deviations() == pytest.approx(-6.2, abs=0.01)
    # and none at all beside a company whose rows are halved
    assert half.deviations(0.5) == pytest.approx(0)


def test_a_stream_that_swings_is_given_more_room() -> None:
    steady, first = weeks(40, [100] * 5 + [0, 0]), MONDAY - timedelta(weeks=40)
    swinging = {
        day: rows * (3 if (day - first).days // 7 % 2 else 1) for day, rows in steady.items()
    }
    last = MONDAY + timedelta(days=4)
    calm = volume({**steady, MONDAY: 200}, MONDAY, last)
    wild = volume({**swinging, MONDAY: 200}, MONDAY, last)
    assert calm is not None and wild is not None
    assert wild.spread > 5 * calm.spread
    assert abs(wild.deviations()) < abs(calm.deviations())


def test_last_years_season_is_no_deviation() -> None:
    days = weeks(70, [20] * 7)
    burst = days_between(
        MONDAY - timedelta(weeks=52), MONDAY - timedelta(weeks=52) + timedelta(days=6)
    )
    now = days_between(MONDAY, MONDAY + timedelta(days=6))
    seasonal = volume({**days, **dict.fromkeys([*burst, *now], 60)}, MONDAY, now[-1])
    new = volume({**days, **dict.fromkeys(now, 60)}, MONDAY, now[-1])
    assert seasonal is not None and new is not None
    assert (seasonal.season, new.season) == (3.0, 1.0)
    assert seasonal.deviations() == pytest.approx(0)
    assert new.deviations() > 8
