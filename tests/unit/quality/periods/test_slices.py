"""Counts as records."""

from __future__ import annotations

from datetime import date

from orchestration.quality.periods.slices import Slice, StreamPeriods

MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def test_rows_by_weekday() -> None:
    june = Slice(days={date(2026, 6, 1): 3, date(2026, 6, 8): 4, date(2026, 6, 7): 1}, undated=2)
    assert june.weekdays() == [7, 0, 0, 0, 0, 0, 1]
    assert june.rows == 10


def test_history_is_whole_months_but_the_first_before_the_fresh_rows() -> None:
    months = {month: Slice(days={month: 5}) for month in MONTHS}
    fresh = Slice(days={date(2026, 6, 23): 5})
    stream = StreamPeriods("calls", "pbx", months, fresh, before={date(2026, 5, 31): 5})
    assert stream.fresh_span == (date(2026, 6, 1), date(2026, 6, 23))
    assert not stream.is_short
    assert [month for month, _ in stream.history()] == MONTHS[1:5]
    assert [month for month, _ in stream.history(2)] == MONTHS[3:5]
    late = StreamPeriods("calls", "pbx", months, fresh, before={date(2026, 5, 20): 5})
    # May is only half of the history
    assert [month for month, _ in late.history()] == MONTHS[1:4]


def test_the_history_of_a_few_days_is_windows_of_as_many_with_enough_rows() -> None:
    fresh = Slice(days={date(2026, 6, 3): 40})
    busy, quiet = Slice(days={date(2026, 5, 1): 30}), Slice(days={date(2026, 5, 2): 9})
    first = [date(2026, 5, day) for day in range(1, 31, 3)]
    windows = dict.fromkeys(first[:6], busy) | dict.fromkeys(first[6:], quiet)
    months = {month: Slice(days={month: 5}) for month in MONTHS}
    before = {date(2026, 5, 31): 5}
    stream = StreamPeriods("calls", "pbx", months, fresh, before=before, windows=windows)
    assert stream.is_short
    assert [day for day, _ in stream.history()] == first[:6]
    del stream.windows[first[0]]
    assert stream.history() == [], "five windows do not say what is usual"


def test_rows_without_a_time_have_one_history() -> None:
    past = Slice(undated=40)
    stream = StreamPeriods("users", "crm", {date.min: past}, Slice(undated=5))
    assert stream.fresh_span is None
    assert stream.history() == [(date.min, past)]
    assert StreamPeriods("users", "crm", {date.min: past}).history() == []


def test_files_of_fresh_rows_are_named_the_largest_first() -> None:
    stream = StreamPeriods("users", "crm", files={"a": 1, "b": 9, "c": 5})
    assert stream.named_files == " (b, c and 1 more)"
    assert StreamPeriods("users", "crm").named_files == ""
