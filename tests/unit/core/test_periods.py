"""Where a period begins."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.core.periods import first_day, next_first_day


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("day", date(2024, 2, 29)),
        ("week", date(2024, 2, 26)),
        ("month", date(2024, 2, 1)),
        ("quarter", date(2024, 1, 1)),
        ("year", date(2024, 1, 1)),
    ],
)
def test_first_days_of_a_leap_day(grain: str, expected: date) -> None:
    assert first_day(grain, date(2024, 2, 29)) == expected
    assert first_day(grain, expected) == expected


def test_a_week_across_years_begins_in_the_old_one() -> None:
    assert first_day("week", date(2026, 1, 1)) == date(2025, 12, 29)


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("day", date(2024, 3, 1)),
        ("week", date(2024, 3, 4)),
        ("month", date(2024, 3, 1)),
        ("quarter", date(2024, 4, 1)),
        ("year", date(2025, 1, 1)),
    ],
)
def test_the_period_after_a_leap_day(grain: str, expected: date) -> None:
    assert next_first_day(grain, date(2024, 2, 29)) == expected


def test_the_next_period_begins_after_the_longest_and_the_shortest_one() -> None:
    assert next_first_day("month", date(2026, 1, 31)) == date(2026, 2, 1)
    assert next_first_day("quarter", date(2026, 1, 1)) == date(2026, 4, 1)
    assert next_first_day("year", date(2026, 12, 31)) == date(2027, 1, 1)
