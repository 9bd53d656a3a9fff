"""Calls as phone systems log them, one trouble per queue, and the time of day; every figure is calculated by hand.

Madrid turned its clocks back on 25 October 2026, a day of 25 hours, and forward on 29 March, a day of 23.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from tests.e2e.factories import company_of
from tests.e2e.metric_queries import query_rows

pytestmark = pytest.mark.slow

MADRID = ZoneInfo("Europe/Madrid")

HEADER = (
    "call_id,direction,queue,from_number,started_at,answered_at,ended_at,"
    "wait_seconds,talk_seconds,hold_seconds,wrap_seconds,disposition"
)

# what voicemail records and what a queue plays are in the column of talk
TALK = """t1,inbound,talk,,2026-01-12T10:00:00Z,,,,100,,,answered
t2,inbound,talk,,2026-01-12T10:05:00Z,,,,25,,,voicemail
t3,inbound,talk,,2026-01-12T10:09:00Z,,,,50,,,abandoned
"""

# two minutes from answer to end: with 20 s on hold, and with hold unknown
HOLD = """h1,inbound,hold,,2026-02-09T10:00:00Z,2026-02-09T10:00:08Z,2026-02-09T10:02:08Z,,,20,5,answered
h2,inbound,hold,,2026-02-09T10:10:00Z,2026-02-09T10:10:04Z,2026-02-09T10:12:04Z,,,,,answered
h3,inbound,hold,,2026-02-09T10:20:00Z,2026-02-09T10:20:04Z,2026-02-09T10:20:54Z,,40,10,30,answered
"""

# a log without waits and numbers
UNKNOWN = """u1,inbound,unknown,,2026-03-02T10:00:00Z,,,,60,,,answered
u2,inbound,unknown,,2026-03-02T10:05:00Z,,,,90,,,answered
u3,inbound,unknown,,2026-03-02T10:09:00Z,,,,0,,,abandoned
"""

WAITS = "".join(
    f"w{number},inbound,waits,,2026-04-13T10:0{number}:00Z,,,{wait},60,0,0,{disposition}\n"
    for number, (wait, disposition) in enumerate(
        [(5, "answered"), (10, "answered"), (20, "answered"), (30, "answered"), (100, "answered"),
         (3, "abandoned"), (130, "abandoned"), ("", "answered"), ("", "no_answer")]
    )
)  # fmt: skip

# c1 is called back in an hour, c2 never, c3 hides its number
RECOVERY = """c1,inbound,recovery,+34600000001,2026-05-11T10:00:00Z,,,40,,,,abandoned
c2,inbound,recovery,+34600000002,2026-05-11T10:00:00Z,,,40,,,,abandoned
c3,inbound,recovery,anonymous,2026-05-11T10:00:00Z,,,40,,,,abandoned
c4,inbound,recovery,+34600000001,2026-05-11T11:00:00Z,,,1,60,0,0,answered
"""


def _hourly(day: str) -> list[datetime]:
    """A quarter past each hour of a day in Madrid (UTC)."""
    start = datetime.fromisoformat(day).replace(tzinfo=MADRID).astimezone(ZoneInfo("UTC"))
    times = [start + timedelta(hours=hour, minutes=15) for hour in range(26)]
    return [at for at in times if at.astimezone(MADRID).date().isoformat() == day]


CLOCKS = [*_hourly("2026-03-29"), *_hourly("2026-10-25")]

FILES = {
    "calls": f"{HEADER}\n{TALK}{HOLD}{UNKNOWN}{WAITS}{RECOVERY}"
    + "".join(
        f"k{number},outbound,clocks,,{at:%Y-%m-%dT%H:%M:%SZ},,,,60,,,answered\n"
        for number, at in enumerate(CLOCKS)
    ),
    "users": "user_id,full_name,team,role\nu1,Ana,Norte,rep\n",
    "contacts": "contact_id,email,created_at\nc1,eva@example.com,2026-01-01T12:00:00Z\n",
    # both at half past two on the day that has it twice
    "leads": "lead_id,owner_id,created_at\nl1,u1,2026-10-25T00:30:00Z\nl2,u1,2026-10-25T01:30:00Z\n",
    "activities": """activity_id,kind,owner_id,started_at,outcome
a1,visit,u1,2026-06-07T22:29:59Z,held
a2,visit,u1,2026-06-08T08:30:00Z,held
""",
    "campaigns": "campaign_id,name,channel\nm1,Junio,email\n",
    "email_events": """event_id,campaign_id,recipient_email,message_id,kind,occurred_at
e1,m1,eva@example.com,x1,sent,2026-06-06T21:59:59Z
""",
}


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SemanticLayer]:
    company = company_of(
        tmp_path_factory.mktemp("calls"),
        FILES,
        company="Centralita",
        time_zone="Europe/Madrid",
        currency="EUR",
        country="ES",
        service_level_seconds=[5, 20],
    )
    company("refresh")
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


BY_QUEUE = {
    ("talk_time", "talk"): 100,
    ("average_handle_time", "talk"): 100,
    ("connected_calls", "talk"): 1,
    ("talk_time", "hold"): 100 + 40,
    ("average_handle_time", "hold"): (125 + 120 + 80) / 3,
    ("average_speed_of_answer", "hold"): (8 + 4 + 4) / 3,
    ("service_level_20s", "unknown"): None,
    ("service_level_of_answered_20s", "unknown"): None,
    ("average_speed_of_answer", "unknown"): None,
    ("median_wait_seconds", "unknown"): None,
    ("longest_wait_seconds", "unknown"): None,
    ("missed_call_recovery_rate", "unknown"): None,
    ("answer_rate", "unknown"): 2 / 3,
    ("service_level_5s", "waits"): 1 / 7,
    ("service_level_of_answered_5s", "waits"): 1 / 5,
    ("service_level_10s", "waits"): 2 / 7,
    ("service_level_20s", "waits"): 3 / 7,
    ("service_level_60s", "waits"): 4 / 7,
    ("service_level_of_answered_10s", "waits"): 2 / 5,
    ("service_level_of_answered_20s", "waits"): 3 / 5,
    ("service_level_of_answered_60s", "waits"): 4 / 5,
    ("median_wait_seconds", "waits"): 20,
    ("p90_wait_seconds", "waits"): 30 + 0.6 * 70,
    ("p95_wait_seconds", "waits"): 30 + 0.8 * 70,
    ("longest_wait_seconds", "waits"): 130,
    ("missed_call_recovery_rate", "recovery"): 1 / 2,
    ("missed_calls", "recovery"): 3,
}


@pytest.mark.parametrize(("metric", "queue"), list(BY_QUEUE))
def test_figures_of_a_queue(metric: str, queue: str, layer: SemanticLayer) -> None:
    rows = query_rows(layer, metric, by=("call__queue",))
    actual = {row["call__queue"]: row[metric] for row in rows}[queue]
    expected = BY_QUEUE[metric, queue]
    assert actual is None if expected is None else float(actual) == pytest.approx(expected)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_clocks_change_has_its_own_number_of_hours(
    day: str, hours: int, layer: SemanticLayer
) -> None:
    rows = query_rows(layer, "calls", grain="hour", where=(f"metric_time = '{day}'",))
    starts = [row["metric_time__hour"] for row in rows]
    expected = [at.astimezone(MADRID).replace(minute=0) for at in CLOCKS]
    assert len(starts) == hours
    assert [at.isoformat() for at in starts] == [
        at.isoformat() for at in expected if at.date().isoformat() == day
    ]
    assert {row["calls"] for row in rows} == {1}


def test_the_time_of_day_is_the_companys(layer: SemanticLayer) -> None:
    local = [at.astimezone(MADRID) for at in CLOCKS]
    clocks = ("call__queue = 'clocks'",)
    for dimension, values in {
        "call__hour": Counter(at.hour for at in local),
        "call__half_hour": Counter(f"{at:%H}:00" for at in local),
        "call__weekday": Counter(at.isoweekday() for at in local),
    }.items():
        rows = query_rows(layer, "calls", by=(dimension,), where=clocks)
        assert {row[dimension]: row["calls"] for row in rows} == values
    # once on the day of 23 hours, three times on both together
    assert Counter(at.hour for at in local)[2] == 2
    (row,) = query_rows(layer, "calls", where=("call__hour = 2 and call__weekday = 7",))
    assert row["calls"] == 2


@pytest.mark.parametrize(
    ("metric", "entity", "expected"),
    [
        ("leads_created", "lead", {(2, "02:30", 7): 2}),
        ("visits", "activity", {(0, "00:00", 1): 1, (10, "10:30", 1): 1}),
        ("emails_sent", "campaign_email", {(23, "23:30", 6): 1}),
    ],
)
def test_leads_activities_and_emails_have_the_time_of_day(
    metric: str, entity: str, expected: dict[tuple[int, str, int], int], layer: SemanticLayer
) -> None:
    names = [f"{entity}__{name}" for name in ("hour", "half_hour", "weekday")]
    rows = query_rows(layer, metric, by=names)
    actual = {tuple(row[name] for name in names): row[metric] for row in rows if row[metric]}
    assert actual == expected
    hours = query_rows(layer, metric, grain="hour")
    assert sum(row[metric] for row in hours) == sum(expected.values())


def test_the_hour_that_clocks_repeat_is_two(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "leads_created", grain="hour")
    assert {row["metric_time__hour"].isoformat(): row["leads_created"] for row in rows} == {
        "2026-10-25T02:00:00+02:00": 1,
        "2026-10-25T02:00:00+01:00": 1,
    }


def test_hours_of_several_marts_stand_side_by_side(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "calls", "leads_created", grain="hour")
    actual = [
        (row["metric_time__hour"].isoformat(), row["calls"], row["leads_created"])
        for row in rows
        if row["leads_created"]
    ]
    assert actual == [("2026-10-25T02:00:00+02:00", 1, 1), ("2026-10-25T02:00:00+01:00", 1, 1)]
    assert sum(row["calls"] or 0 for row in rows) == 70


def test_a_metric_by_day_has_no_hours(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match="no grain `hour` for `calls`, `revenue`"):
        query_rows(layer, "calls", "revenue", grain="hour")
