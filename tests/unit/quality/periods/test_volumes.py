"""Gaps, rows and groups of a stream beside its history and the company."""

from __future__ import annotations

from datetime import date

from orchestration.quality.periods.slices import Slice, StreamPeriods
from orchestration.quality.periods.usual import days_between
from orchestration.quality.periods.volumes import company_of, gaps, groups, rows

JUNE, LAST = date(2026, 6, 1), date(2026, 6, 30)


def stream(
    name: str, fresh: dict[date, int], *, a_day: int = 10, kinds: dict[str, int] | None = None
) -> StreamPeriods:
    """So many rows on each day of eleven months, then the fresh ones."""
    past: dict[date, Slice] = {}
    for day in days_between(date(2025, 7, 1), date(2026, 5, 31)):
        month = past.setdefault(day.replace(day=1), Slice(kinds={"owner": {}}))
        month.days[day] = a_day
        for owner in "ABCDEF":
            month.kinds["owner"][owner] = month.kinds["owner"].get(owner, 0) + 2
    before = {day: count for month in past.values() for day, count in month.days.items()}
    now = Slice(days=fresh, kinds={"owner": kinds or {}})
    return StreamPeriods(name, "crm", {**past, JUNE: now}, now, before)


def every_day(count: int = 10, *, but: tuple[date, date] | None = None) -> dict[date, int]:
    return {
        day: count for day in days_between(JUNE, LAST) if but is None or not but[0] <= day <= but[1]
    }


WEEK = (date(2026, 6, 8), date(2026, 6, 14))


def test_days_without_rows_are_gaps_of_one_stream_but_none_of_a_closed_company() -> None:
    whole, holed = stream("a", every_day()), stream("b", every_day(but=WEEK))
    alone = company_of([whole, stream("c", every_day()), holed])
    [change] = gaps(holed, alone)
    assert change.text.startswith("no row on 7 day(s): 2026-06-08, 2026-06-09")
    assert change.severity == "error"
    assert not list(gaps(whole, alone))
    closed = company_of([holed, stream("c", every_day(but=WEEK)), whole])
    assert closed.closed == set(days_between(*WEEK))
    assert not list(gaps(holed, closed))


def test_a_stream_that_ends_before_the_others_has_a_gap_at_its_end() -> None:
    early = stream("a", every_day(but=(date(2026, 6, 20), LAST)))
    company = company_of([early, stream("b", every_day()), stream("c", every_day())])
    [change] = gaps(early, company)
    assert "11 day(s): 2026-06-20" in change.text


def test_half_of_the_rows_are_too_few_unless_the_whole_company_has_half() -> None:
    half, whole = stream("a", every_day(5)), [stream(name, every_day()) for name in "bcd"]
    [change] = rows(half, company_of([half, *whole]))
    assert change.severity == "error"
    assert change.text.startswith("150 rows from 2026-06-01 to 2026-06-30, about 300 expected")
    quiet = [stream(name, every_day(5)) for name in "bcd"]
    assert not list(rows(half, company_of([half, *quiet])))


def test_far_too_many_rows_warn() -> None:
    double = stream("a", every_day(20))
    company = company_of([double, *(stream(name, every_day()) for name in "bcd")])
    assert [change.severity for change in rows(double, company)] == ["warn"]


def test_groups_are_measured_beside_one_another() -> None:
    even = dict.fromkeys("ABCDEF", 50)
    assert not list(groups(stream("a", every_day(), kinds=even), "owner", are_people=True))
    gone = {**even, "A": 0}
    assert not list(groups(stream("a", every_day(), kinds=gone), "owner", are_people=True))
    [queue] = groups(stream("a", every_day(), kinds=gone), "owner", are_people=False)
    assert (queue.severity, queue.value) == ("warn", "A")
    third = {**even, "A": 0, "B": 0, "C": 0}
    [several] = groups(stream("a", every_day(), kinds=third), "owner", are_people=True)
    assert several.severity == "error"
    assert several.text.startswith("3 of 6 usual values of owner have no row")
    doubled = {**even, "D": 110}
    [change] = groups(stream("a", every_day(), kinds=doubled), "owner", are_people=True)
    assert (change.value, change.severity) == ("D", "warn")
