"""Calls, leads, tasks and salaries of a made-up company, fourteen months of them, as SQL over empty landed streams."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestration.quality.databases import Databases
from orchestration.quality.periods.candidate import CandidatePeriods, periods_of
from orchestration.quality.periods.slices import StreamPeriods
from tests.unit.quality.checks.test_unmatched_references import make_landing

FIRST, RELEASED, LAST = date(2025, 4, 1), date(2026, 5, 31), date(2026, 6, 30)
"""The first day, the last one of the release, and that of the month after it."""

_ADDED = "_source, _key_source, _load_seq, _file, _line, _is_deleted"


def _days(first: date, last: date, weekday: int, saturday: int) -> str:
    """`day` and `n` of each row: so many from Monday to Friday, so many on Saturdays."""
    return (
        f"(select day::date as day, n from generate_series(timestamp '{first}', timestamp '{last}', interval 1 day) "
        f"as days (day), range({max(weekday, saturday)}) as ns (n) "
        f"where n < case when isodow(day) < 6 then {weekday} when isodow(day) = 6 then {saturday} else 0 end)"
    )


def _added(source: str, seq: int) -> str:
    return (
        f"'{source}', '{source}', {seq}, '{source}/' || strftime(day, '%Y-%m') || '.csv', "
        "row_number() over (), false"
    )


def calls(first: date, last: date, *, seq: int) -> str:
    """Twenty calls a weekday, six on Saturdays, from 9 to 18 h in Madrid, of eight agents and three queues."""
    at = (
        "timezone('Europe/Madrid', day + interval 9 hour + (hash(day, n) % 540) * interval 1 minute)"
        "::timestamptz"
    )
    return (
        "insert into landing.calls (call_id, direction, queue, agent_id, started_at, ended_at, wait_seconds, "
        f"talk_seconds, disposition, {_ADDED}) "
        f"select day || '-' || n, if(hash(n, day, 1) % 10 < 6, 'inbound', 'outbound'), "
        "['sales', 'support', 'billing'][1 + (hash(n, day, 2) % 3)::int], 'A' || hash(n, day, 3) % 8, "
        f"timezone('UTC', {at}), timezone('UTC', {at}) + interval 5 minute, 1 + hash(n, day, 4) % 40, "
        f"30 + hash(n, day, 5) % 300, if(hash(n, day, 6) % 10 < 7, 'answered', 'missed'), {_added('pbx', seq)} "
        f"from {_days(first, last, 20, 6)}"
    )


def leads(first: date, last: date, *, seq: int) -> str:
    """Ten leads a weekday by five channels, each of its own address."""
    return (
        f"insert into landing.leads (lead_id, email, channel, owner_id, created_at, {_ADDED}) "
        "select day || '-' || n, day || '-' || n || '@example.com', "
        "['web', 'referral', 'event', 'phone', 'email'][1 + (hash(n, day, 2) % 5)::int], 'U' || hash(n, day, 3) % 6, "
        f"day + interval 10 hour + (hash(day, n) % 400) * interval 1 minute, {_added('crm', seq)} "
        f"from {_days(first, last, 10, 0)}"
    )


def tasks(first: date, last: date, *, seq: int) -> str:
    """Eight tasks a weekday, of which two thirds are done."""
    return (
        f"insert into landing.tasks (task_id, owner_id, created_at, due_at, completed_at, {_ADDED}) "
        "select day || '-' || n, 'U' || hash(n, day, 3) % 6, day + interval 10 hour, day + interval 3 day, "
        "if(hash(n, day, 7) % 3 < 2, day + interval 1 day + (hash(n, day, 8) % 90) * interval 1 minute, null), "
        f"{_added('crm', seq)} from {_days(first, last, 8, 0)}"
    )


def company(first: date, last: date, *, seq: int) -> tuple[str, ...]:
    """Statements that land all streams of these days as one load."""
    return tuple(stream(first, last, seq=seq) for stream in (calls, leads, tasks))


def released(directory: Path) -> Path:
    """A release with fourteen months, counted."""
    make_landing(directory, *company(FIRST, RELEASED, seq=1))
    periods_of(Databases.of(directory), directory, None)
    return directory


def june(directory: Path, *damages: str) -> Path:
    """The next candidate: June landed, and damaged by statements over `landing`; June's rows have `_load_seq = 2`."""
    fresh = company(date(2026, 6, 1), LAST, seq=2)
    make_landing(directory, *company(FIRST, RELEASED, seq=1), *fresh, *damages, load_seq=2)
    return directory


def periods(directory: Path, previous: Path) -> CandidatePeriods:
    """A candidate's counts beside a release."""
    return periods_of(Databases.of(directory), directory, previous)


def stream_of(candidate: CandidatePeriods, stream: str) -> StreamPeriods:
    """One stream's counts."""
    return next(periods for periods in candidate.streams if periods.stream == stream)
