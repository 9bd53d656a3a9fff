"""Times of a row that follow one another: past midnight, in the hour that clocks show twice, out of order."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.core.errors import SettingsInvalid
from orchestration.ingestion.event_times import order_faults, settled_times
from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

CALLS = {
    "call_id": "id",
    "direction": {"value": "inbound"},
    "started_at": {"sql": "day || ' ' || ring"},
    "answered_at": {"sql": "day || ' ' || answer"},
    "ended_at": {"sql": "day || ' ' || done"},
    "disposition": {"value": "answered"},
}
HEADER = "id,day,ring,answer,done\n"
TIMES = "select call_id, started_at, answered_at, ended_at from landing.calls order by call_id"


def calls(company: Company, rows: str, *, zone: str = "UTC", **selection: object) -> None:
    company.top = {"time_zone": zone}
    company.drop("log.csv", HEADER + rows)
    company.map("calls", {"files": "log.csv", "columns": CALLS, **selection})
    company.land()


def test_a_call_that_ends_before_it_is_answered_is_quarantined_with_its_line(
    company: Company,
) -> None:
    calls(
        company,
        "a,2024-05-02,10:00:00,10:00:09,10:01:00\n"
        "b,2024-05-02,10:00:00,10:00:09,10:00:08\n"
        "c,2024-05-02,10:00:00,09:59:59,10:01:00\n"
        "d,2024-05-02,10:00:00,,09:59:00\n",
    )
    assert company.rows("select call_id from landing.calls") == [("a",)]
    assert company.quarantine() == [
        (
            3,
            "ended_at is before answered_at: found '2024-05-02 10:00:08', "
            "expected no earlier than '2024-05-02 10:00:09'",
        ),
        (
            4,
            "answered_at is before started_at: found '2024-05-02 09:59:59', "
            "expected no earlier than '2024-05-02 10:00:00'",
        ),
        (
            5,
            "ended_at is before started_at: found '2024-05-02 09:59:00', "
            "expected no earlier than '2024-05-02 10:00:00'",
        ),
    ]


def test_a_time_that_may_be_past_midnight_leads_to_the_option(company: Company) -> None:
    calls(company, "a,2024-05-02,23:59:50,23:59:58,00:01:00\n")
    [(line, reason)] = company.quarantine()
    assert line == 2
    assert reason.endswith(
        "(where a log has one date and times past midnight, set `past_midnight: true`)"
    )


def test_times_past_midnight_are_on_the_next_day(company: Company) -> None:
    calls(
        company,
        "a,2024-05-02,23:50:00,23:50:05,23:55:05\n"
        "b,2024-05-02,23:58:00,23:58:10,00:03:10\n"
        "c,2024-05-02,23:59:50,00:00:05,00:02:05\n"
        "d,2024-05-02,23:59:50,,00:02:05\n",
        past_midnight=True,
    )

    def at(day: int, clock: str) -> dt.datetime:
        return dt.datetime.fromisoformat(f"2024-05-0{day} {clock}")

    assert company.rows(TIMES) == [
        ("a", at(2, "23:50:00"), at(2, "23:50:05"), at(2, "23:55:05")),
        ("b", at(2, "23:58:00"), at(2, "23:58:10"), at(3, "00:03:10")),
        ("c", at(2, "23:59:50"), at(3, "00:00:05"), at(3, "00:02:05")),
        ("d", at(2, "23:59:50"), None, at(3, "00:02:05")),
    ]


def test_a_time_just_before_another_is_no_time_of_the_next_day(company: Company) -> None:
    row = "a,2024-05-02,18:00:00,17:59:58,18:01:00\n"
    calls(company, row, past_midnight=True)
    assert len(company.quarantine()) == 1
    night = "b,2024-05-02,22:00:00,22:00:00,11:00:00\n"
    calls(company, night, past_midnight=14)
    assert company.rows("select call_id from landing.calls") == [("b",)]


def test_a_night_in_which_clocks_change_is_as_long_as_it_was(company: Company) -> None:
    night = "a,2024-03-30,23:00:00,23:00:00,06:00:00\n"
    calls(company, night, zone="Europe/Madrid", past_midnight=True)
    hours = "select date_diff('hour', started_at, ended_at) from landing.calls"
    assert company.rows(hours) == [(6,)]


def test_of_an_hour_that_clocks_show_twice_the_reading_in_order_counts(company: Company) -> None:
    calls(
        company,
        "a,2024-10-27,02:58:00,02:59:00,02:05:00\n"  # answered before clocks went back
        "b,2024-10-27,02:10:00,02:11:00,02:15:00\n"
        "c,2024-10-28,02:58:00,02:59:00,02:05:00\n",
        zone="Europe/Madrid",
    )
    assert company.rows(TIMES) == [
        (
            "a",
            dt.datetime(2024, 10, 27, 0, 58),
            dt.datetime(2024, 10, 27, 0, 59),
            dt.datetime(2024, 10, 27, 1, 5),
        ),
        (
            "b",
            dt.datetime(2024, 10, 27, 1, 10),
            dt.datetime(2024, 10, 27, 1, 11),
            dt.datetime(2024, 10, 27, 1, 15),
        ),
    ]
    assert [line for line, _ in company.quarantine()] == [4]


@settings(max_examples=60, deadline=None)
@given(
    day=st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31)),
    second=st.integers(0, 86_399),
    gaps=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
    zone=st.sampled_from(["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata"]),
)
def test_clock_times_under_one_date_give_back_the_times_that_were(
    day: dt.date, second: int, gaps: tuple[int, int], zone: str
) -> None:
    """Local times that exist once: a chain written as one date and clocks reads as it was."""
    start = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=second)
    answer = start + dt.timedelta(seconds=gaps[0])
    end = answer + dt.timedelta(seconds=gaps[1])
    chain = [time.replace(tzinfo=ZoneInfo(zone)) for time in (start, answer, end)]
    if any(
        time.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != plain
        or time.replace(fold=1).utcoffset() != time.utcoffset()
        for time, plain in zip(chain, (start, answer, end), strict=True)
    ):
        return  # clocks skip it or show it twice
    names = ("a", "b", "c")
    shown = [
        dt.datetime.combine(day, time.time()).replace(tzinfo=ZoneInfo(zone))
        for time in (start, answer, end)
    ]
    if any(time.replace(fold=1).utcoffset() != time.utcoffset() for time in shown):
        return
    utc = [time.astimezone(dt.UTC).replace(tzinfo=None) for time in shown]
    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = '{zone}'")
        relation = "select " + ", ".join(
            f"timestamp '{value}' as {name}" for name, value in zip(names, utc, strict=True)
        )
        texts = dict.fromkeys(names, "''")
        for name, sql in settled_times(names, texts, past_midnight=12, time_zone=zone):
            relation = f"select * replace ({sql} as {name}) from ({relation})"
        faults = " or ".join(f"({condition})" for condition, _ in order_faults(names, texts))
        actual = connection.execute(f"select a, b, c, {faults} from ({relation})").fetchone()
    expected = [time.astimezone(dt.UTC).replace(tzinfo=None) for time in chain]
    assert actual is not None
    assert list(actual[:3]) == expected
    assert not actual[3]


def test_past_midnight_is_refused_where_no_times_follow_one_another(company: Company) -> None:
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "a", "name": "b"}, "past_midnight": True},
    )
    with pytest.raises(SettingsInvalid, match=r"past_midnight.*no times that follow one another"):
        company.settings()
