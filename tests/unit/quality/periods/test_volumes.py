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
    assert "10 day(s): 2026-06-20" in change.text


def test_the_newest_day_is_judged_once_it_is_over() -> None:
    """A refresh at noon: half of the rows of the day, and none yet of a stream that comes at night."""
    today = date(2026, 6, 1)
    noon, nightly = stream("a", {today: 4}), stream("b", {})
    company = company_of([noon, nightly])
    assert not list(rows(noon, company))
    assert not list(gaps(nightly, company))
    # the day after, the day itself counts
    few = stream("a", {today: 20, date(2026, 6, 2): 100}, a_day=100)
    [change] = rows(few, company_of([few]))
    assert change.text.startswith("120 rows from 2026-05-31 to 2026-06-01, about 200 expected")


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


def test_a_value_of_a_closed_list_that_always_had_a_tenth_of_the_rows_does_not_end_by_itself() -> (
    None
):
    others = dict.fromkeys("BCDEF", 60)
    one_gone = stream("a", every_day(), kinds=others)
    assert [change.severity for change in groups(one_gone, "owner", are_people=False)] == ["warn"]
    [change] = groups(one_gone, "owner", are_people=False, is_closed=True)
    assert (change.severity, change.value) == ("error", "A")
    assert change.text.startswith("1 of 6 usual values of owner have no row")
    # a rare one may
    for month in one_gone.months.values():
        month.kinds["owner"]["A"] = 1
    assert not list(groups(one_gone, "owner", are_people=False, is_closed=True))


def test_months_of_rows_on_a_few_days_are_compared_until_the_same_day() -> None:
    """Three lists a month, one a week: a month of which two have come is no small one."""
    weekly = (7, 14, 21)
    past = {date(2025 + (6 + n) // 12, (6 + n) % 12 + 1, 1): Slice() for n in range(11)}
    for month, counts in past.items():
        counts.days = {month.replace(day=day): 30 for day in weekly}
    before = {day: rows_of for counts in past.values() for day, rows_of in counts.days.items()}

    def until(*days: int) -> StreamPeriods:
        fresh = {JUNE.replace(day=day): 30 for day in days}
        june = Slice(days=fresh)
        return StreamPeriods("a", "crm", {**past, JUNE: june}, june, before)

    for whole in (until(7, 14), until(*weekly)):
        assert not list(rows(whole, company_of([whole])))
    missing = until(21)
    [change] = rows(missing, company_of([missing]))
    assert change.text == "30 rows of 2026-06, about 90 in the months before"
