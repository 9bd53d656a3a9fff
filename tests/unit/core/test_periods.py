"""Where a period begins."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.core.periods import first_day


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
