"""Days, weeks from Monday, months, quarters and years: where a period begins. For any package."""

from __future__ import annotations

from datetime import date, timedelta


def first_day(grain: str, day: date) -> date:
    """First day of the period of a grain (day, week, month, quarter, year) that a day falls in."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    month = {"quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}.get(grain, day.month)
    return date(day.year, month, 1) if grain in ("month", "quarter", "year") else day


def next_first_day(grain: str, day: date) -> date:
    """First day of the period after the one that a day falls in."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[grain]
    return first_day(grain, first_day(grain, day) + timedelta(days=longest))
