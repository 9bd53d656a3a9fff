"""Hours and weekdays that moved as a whole, and the hour of summer time that did not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from orchestration.quality.periods.clocks import Clocks, hours, weekdays
from orchestration.quality.periods.slices import Slice, StreamPeriods

OFFICE = [0] * 9 + [40, 80, 90, 70, 30, 60, 80, 70, 30] + [0] * 6
"""Rows by hour of a day in an office."""


def moved(counts: list[int], by: int) -> list[int]:
    return [counts[(position - by) % len(counts)] for position in range(len(counts))]


def stream(past: dict[date, list[int]], now: list[int], first: date, last: date) -> StreamPeriods:
    """Months with rows by hour, the first of which is begun late, and a fresh span."""
    earliest = min(past)
    months = {(earliest - timedelta(days=1)).replace(day=1): Slice(days={earliest: 1})}
    months |= {
        month: Slice(days={month: sum(counts)}, hours=counts) for month, counts in past.items()
    }
    fresh = Slice(days={first: sum(now) - 1, last: 1}, hours=now)
    return StreamPeriods(
        "calls", "pbx", months=months, fresh=fresh, before={first - timedelta(days=1): 1}
    )


def months(last: date, count: int = 6) -> list[date]:
    """So many first days of months before one."""
    firsts = [last.replace(day=1)]
    for _ in range(count):
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return sorted(firsts[1:])


@pytest.mark.parametrize("by", [-7, -1, 1, 2, 5, 12])
def test_a_clock_that_is_off_is_found_with_its_hours(by: int) -> None:
    june = date(2026, 6, 1)
    past = dict.fromkeys(months(june), OFFICE)
    [change] = hours(stream(past, moved(OFFICE, by), june, date(2026, 6, 30)), Clocks("UTC"))
    assert change.severity == "error"
    assert f"moved by {by:+d} h" in change.text


def test_the_usual_hours_pass() -> None:
    june = date(2026, 6, 1)
    past = dict.fromkeys(months(june), OFFICE)
    fewer = [count // 3 for count in OFFICE]
    assert not list(hours(stream(past, fewer, june, date(2026, 6, 30)), Clocks("UTC")))


@pytest.mark.slow
@pytest.mark.parametrize("keeps", ["company", "source", "UTC"])
def test_no_summer_time_of_any_zone_is_an_alarm(keeps: str) -> None:
    """Whoever keeps which clock: the company's own, that of a source in Chicago, or UTC."""
    chicago = ZoneInfo("America/Chicago")
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        lives_by = {"company": zone, "source": chicago, "UTC": ZoneInfo("UTC")}[keeps]

        def local(day: date, zone: ZoneInfo = zone, lives_by: ZoneInfo = lives_by) -> list[int]:
            """Rows by hour on the company's clock, of people who keep their own."""
            counted = [0] * 24
            for hour, count in enumerate(OFFICE):
                at = datetime(day.year, day.month, day.day, hour, tzinfo=lives_by)
                counted[at.astimezone(zone).hour] += count
            return counted

        for month in (date(2026, 4, 1), date(2026, 6, 1), date(2025, 12, 1)):
            last = month + timedelta(days=27)
            past = {earlier: local(earlier + timedelta(days=14)) for earlier in months(month)}
            later = stream(past, local(last), month, last)
            clocks = Clocks(name, "America/Chicago" if keeps == "source" else None)
            assert not list(hours(later, clocks)), (name, month)


def test_days_of_the_week_that_moved_are_found() -> None:
    june = date(2026, 6, 1)

    def days(first: date, count: int, by: int = 0) -> dict[date, int]:
        every = (first + timedelta(days=n) for n in range(count))
        return {day: 20 for day in every if (day - timedelta(days=by)).weekday() < 5}

    past = {month: Slice(days=days(month, 28)) for month in [date(2025, 11, 1), *months(june)]}
    for by, expected in ((0, []), (1, ["+1"]), (-2, ["-2"])):
        fresh = StreamPeriods(
            "calls", "pbx", past, Slice(days=days(june, 28, by)), before={date(2026, 5, 31): 1}
        )
        assert [change.text.split("moved by ")[1][:2] for change in weekdays(fresh)] == expected
