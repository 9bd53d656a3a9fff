"""Months of the last release that have other rows now."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.quality.periods.revisions import restated
from orchestration.quality.periods.slices import Slice, StreamPeriods

MARCH, MAY = date(2026, 3, 10), date(2026, 5, 20)


def stream(now: dict[date, int], before: dict[date, int]) -> StreamPeriods:
    months = {day.replace(day=1): Slice(days={day: rows}) for day, rows in now.items()}
    return StreamPeriods("orders", "shop", months=months, before=before)


@pytest.mark.parametrize(
    ("rows", "severity"), [(200, "error"), (50, "error"), (120, "warn"), (85, "warn"), (0, "error")]
)
def test_a_month_that_gained_or_lost_rows_is_told(rows: int, severity: str) -> None:
    now = {MAY: 40, **({MARCH: rows} if rows else {})}
    [change] = restated(stream(now, {MARCH: 100, MAY: 40}))
    assert change.text == f"2026-03 has {rows:,} rows (100 in the last release)"
    assert (change.severity, change.failures, change.days) == (
        severity,
        abs(rows - 100),
        ("2026-03",),
    )


def test_late_rows_and_a_few_corrections_pass() -> None:
    before = {MARCH: 100, MAY: 40}
    assert not list(restated(stream({MARCH: 104, MAY: 40}, before)))
    # the last month goes on, and new ones are no past
    assert not list(restated(stream({MARCH: 100, MAY: 70, date(2026, 6, 1): 500}, before)))
    assert not list(restated(stream({MARCH: 100}, {})))
