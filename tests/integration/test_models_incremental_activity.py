"""I5: whatever comes late, changes, is deleted or arrives in another order, an incremental refresh of
calls, emails, activities and all that hangs on them equals a full rebuild, row for row.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.transformation.dbt_runner import Dbt
from tests.integration.landing_fixtures import land, make_landing

pytestmark = pytest.mark.slow

Rows = list[dict[str, Any]]
Streams = Mapping[str, Rows]

SELECTED = ["+path:models/core", "+path:models/activity"]
NO_TESTS = ["resource_type:test", "resource_type:unit_test"]
VARIABLES = {
    "time_zone": "Europe/Madrid",
    "currency": "EUR",
    "country": "ES",
    "revenue_from": "orders",
}
START = dt.datetime(2026, 1, 1)


class Company:
    """One company's warehouse, refreshed load by load, beside full rebuilds of the same landing."""

    def __init__(self, folder: Path, parsed: Path) -> None:
        self.folder = folder
        self.parsed = parsed
        self.warehouse = folder / "kept" / "warehouse.duckdb"
        self.marts = folder / "kept" / "marts.duckdb"
        self.load_seq = 0
        self.rebuilds = 0
        make_landing(self.warehouse)

    def refresh(self, streams: Streams, *, as_of: dt.datetime) -> None:
        """Land the rows and build what they change."""
        self.load_seq += max(len(streams), 1)
        land(self.warehouse, streams, load_seq=self.load_seq, as_of=as_of)
        self._build(self.warehouse, self.marts, full_refresh=False)

    def differences(self) -> dict[str, tuple[int, int]]:
        """Marts whose rows differ from a full rebuild's: rows too many here, rows missing here."""
        self.rebuilds += 1
        folder = self.folder / f"rebuilt_{self.rebuilds}"
        folder.mkdir()
        rebuilt, marts = folder / "warehouse.duckdb", folder / "marts.duckdb"
        with duckdb.connect(str(rebuilt)) as connection:
            connection.execute(f"attach '{self.warehouse}' as kept (read_only)")
            connection.execute("create schema landing")
            for (table,) in connection.execute(
                "select table_name from duckdb_tables()"
                " where database_name = 'kept' and schema_name = 'landing'"
            ).fetchall():
                connection.execute(f'create table landing."{table}" as from kept.landing."{table}"')
        self._build(rebuilt, marts, full_refresh=True)
        return _differences(self.marts, marts)

    def mart(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the marts."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def _build(self, warehouse: Path, marts: Path, *, full_refresh: bool) -> None:
        dbt = Dbt(
            warehouse=warehouse,
            marts=marts,
            artifacts=warehouse.parent / "target",
            variables=VARIABLES,
        )
        dbt.parse(cache=self.parsed)
        dbt.build(select=SELECTED, exclude=NO_TESTS, full_refresh=full_refresh)


def _differences(kept: Path, rebuilt: Path) -> dict[str, tuple[int, int]]:
    differences = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{kept}' as kept (read_only)")
        connection.execute(f"attach '{rebuilt}' as rebuilt (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'rebuilt'"
        ).fetchall()
        for schema, table in tables:
            counts = [
                len(
                    connection.execute(
                        f'from {database}.{schema}."{table}" except all from {other}.{schema}."{table}"'
                    ).fetchall()
                )
                for database, other in (("kept", "rebuilt"), ("rebuilt", "kept"))
            ]
            if any(counts):
                differences[f"{schema}.{table}"] = (counts[0], counts[1])
    return differences


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the parsed project is kept for all companies of this module."""
    return tmp_path_factory.mktemp("parsed") / "project"


@pytest.fixture
def company(tmp_path: Path, parsed: Path) -> Iterator[Company]:
    yield Company(tmp_path, parsed)
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_a_contact_that_comes_after_its_calls_and_emails(company: Company) -> None:
    company.refresh(
        {
            "calls": [call("c1", 10, from_number="0034 600 111 222", disposition="abandoned")],
            "email_events": [event("e1", "sent", 10, recipient_email=" Ana@Example.com ")],
        },
        as_of=at(20),
    )
    assert company.mart("select contact_key, match_count from activity.fct_calls") == [(None, 0)]

    company.refresh(
        {"contacts": [contact("ana", phone="600111222", email="ana@example.com", account_id="a1")]},
        as_of=at(20),
    )

    assert company.mart(
        "select contact_key, account_key, match_method, match_count from activity.fct_calls"
    ) == [("crm:ana", "crm:a1", "phone", 1)]
    assert company.mart("select contact_key, match_method from activity.fct_campaign_emails") == [
        ("crm:ana", "email")
    ]
    assert company.differences() == {}


def test_late_activity_turns_the_choice_between_contacts_that_share_a_number(
    company: Company,
) -> None:
    company.refresh(
        {
            "contacts": [
                contact("ana", phone="600111222", created_at=at(1)),
                contact("bea", mobile="+34600111222", created_at=at(2)),
            ],
            "calls": [call("c1", 10, from_number="600111222")],
        },
        as_of=at(20),
    )
    chosen = "select contact_key, match_count from activity.fct_calls"
    assert company.mart(chosen) == [("crm:bea", 2)]

    company.refresh(
        {"activities": [activity("a1", 9, contact_id="ana"), activity("a2", 11, contact_id="bea")]},
        as_of=at(20),
    )

    assert company.mart(chosen) == [("crm:ana", 2)]
    assert company.differences() == {}


def test_an_older_version_that_comes_late_changes_nothing(company: Company) -> None:
    company.refresh(
        {
            "calls": [
                call("c1", 10, _file="calls_2.csv"),
                call("c2", 10, _file="calls_2.csv", _is_deleted=True),
            ]
        },
        as_of=at(20),
    )
    company.refresh(
        {
            "calls": [
                call("c1", 10, _file="calls_1.csv", disposition="no_answer"),
                call("c2", 10, _file="calls_1.csv"),
            ]
        },
        as_of=at(20),
    )
    assert company.mart("select call_key, disposition from activity.fct_calls") == [
        ("pbx:c1", "answered")
    ]
    assert company.differences() == {}


def test_a_rep_keeps_the_past_in_the_old_team(company: Company) -> None:
    company.refresh(
        {
            "users": [user("u1", team="north", updated_at=at(1))],
            "calls": [call("c1", 5, agent_id="u1"), call("c2", 15, agent_id="u1")],
            "activities": [activity("a1", 15, owner_id="u1")],
        },
        as_of=at(20),
    )
    company.refresh({"users": [user("u1", team="south", updated_at=at(10))]}, as_of=at(20))
    assert company.mart(
        "select activity_key, team from activity.fct_activities"
        " join core.dim_reps using (rep_version_key) order by 1"
    ) == [("call/pbx:c1", "north"), ("call/pbx:c2", "south"), ("crm:a1", "south")]
    assert company.differences() == {}


def test_a_missed_call_is_recovered_by_a_call_that_lands_later(company: Company) -> None:
    company.refresh(
        {"calls": [call("c1", 10, from_number="600111222", disposition="no_answer")]}, as_of=at(20)
    )
    recovered = "select is_recovered from activity.fct_calls where call_key = 'pbx:c1'"
    assert company.mart(recovered) == [(False,)]
    back = call("c2", 10.5, direction="outbound", from_number="12", to_number="+34 600-111-222")
    company.refresh({"calls": [back]}, as_of=at(20))
    assert company.mart(recovered) == [(True,)]
    company.refresh({"calls": [{**back, "to_number": "699999999"}]}, as_of=at(20))
    assert company.mart(recovered) == [(False,)]
    assert company.differences() == {}


def test_a_planned_meeting_is_held_once_its_time_has_come(company: Company) -> None:
    company.refresh(
        {"activities": [activity("a1", 15, kind="meeting", outcome=None)]}, as_of=at(10)
    )
    held = "select is_held, is_done from activity.fct_activities"
    assert company.mart(held) == [(False, False)]
    company.refresh({"contacts": [contact("ana")]}, as_of=at(20))
    assert company.mart(held) == [(True, True)]
    assert company.differences() == {}


@pytest.mark.parametrize("seed", range(2))
def test_random_loads_in_any_order(company: Company, seed: int) -> None:
    """Few keys, many loads: every kind of collision comes up; some refreshes are compared with a rebuild."""
    chance = random.Random(seed)
    for number in range(1, 7):
        company.refresh(random_load(chance), as_of=at(20 + 5 * number))
        if number % 3 == 0:
            assert company.differences() == {}, f"after load {number} of seed {seed}"


def at(day: float) -> dt.datetime:
    return START + dt.timedelta(days=day)


def user(user_id: str, **stated: Any) -> dict[str, Any]:
    return {"user_id": user_id, "full_name": user_id.upper(), "role": "rep", **stated}


def contact(contact_id: str, **stated: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "created_at": at(1), **stated}


def call(call_id: str, day: float, **stated: Any) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "direction": "inbound",
        "disposition": "answered",
        "started_at": at(day),
        "_source": "pbx",
        **stated,
    }


def event(event_id: str, kind: str, day: float, **stated: Any) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "kind": kind,
        "campaign_id": "k1",
        "occurred_at": at(day),
        "_source": "mail",
        **stated,
    }


def activity(activity_id: str, day: float, **stated: Any) -> dict[str, Any]:
    return {"activity_id": activity_id, "kind": "note", "started_at": at(day), **stated}


NUMBERS = [
    "600000001", "+34 600 000 001", "0034600000001", "600-000-002", "(600) 000 003 ext 4",
    "34600000003", "12", None, "anonymous", "+44 (0)20 7946 0000",
]  # fmt: skip
EMAILS = ["ana@example.com", " ANA@example.com", "bea@example.com", "not an address", None]


def random_load(chance: random.Random) -> Streams:
    """What one refresh lands: any streams, new and old keys, new and old files, now and then a deletion."""
    makers = [
        _users, _accounts, _contacts, _deals, _orders, _activities, _calls, _events, _social,
        _tasks, _surveys, _states,
    ]  # fmt: skip
    streams = {}
    for maker in chance.sample(makers, k=chance.randint(3, len(makers))):
        stream, rows = maker(chance)
        for row in rows:
            row["_file"] = f"{stream}_{chance.randint(1, 6)}.csv"
            row["_is_deleted"] = chance.random() < 0.12
        streams[stream] = rows
    return streams


def _key(chance: random.Random, letter: str, count: int) -> str:
    return f"{letter}{chance.randint(1, count)}"


def _maybe(chance: random.Random, value: Any, share: float = 0.6) -> Any:
    return value if chance.random() < share else None


def _times(chance: random.Random, count: int) -> list[float]:
    return [chance.randint(0, 40 * 24) / 24 for _ in range(count)]


def _users(chance: random.Random) -> tuple[str, Rows]:
    return "users", [
        user(
            _key(chance, "u", 4),
            team=chance.choice(["north", "south", None]),
            email=_maybe(chance, chance.choice(EMAILS)),
            phone_extension=_maybe(chance, chance.choice(["12", "13"])),
            manager_id=_maybe(chance, _key(chance, "u", 4)),
            left_on=_maybe(chance, at(30).date(), 0.3),
            updated_at=_maybe(chance, at(day), 0.9),
        )
        for day in _times(chance, 4)
    ]


def _accounts(chance: random.Random) -> tuple[str, Rows]:
    return "accounts", [
        {"account_id": _key(chance, "a", 3), "name": "A", "industry": chance.choice(["x", "y"])}
        for _ in range(3)
    ]


def _contacts(chance: random.Random) -> tuple[str, Rows]:
    return "contacts", [
        contact(
            _key(chance, "p", 6),
            account_id=_maybe(chance, _key(chance, "a", 3)),
            owner_id=_maybe(chance, _key(chance, "u", 4)),
            email=_maybe(chance, chance.choice(EMAILS)),
            phone=_maybe(chance, chance.choice(NUMBERS)),
            mobile=_maybe(chance, chance.choice(NUMBERS)),
            country=chance.choice(["ES", "GB", None]),
            created_at=at(day),
            updated_at=_maybe(chance, at(day + 1)),
        )
        for day in _times(chance, 5)
    ]


def _deals(chance: random.Random) -> tuple[str, Rows]:
    return "deals", [
        {
            "deal_id": _key(chance, "d", 4),
            "stage": "won",
            "status": "won",
            "contact_id": _maybe(chance, _key(chance, "p", 6)),
            "account_id": _maybe(chance, _key(chance, "a", 3)),
            "created_at": at(day),
            "closed_at": at(day + 2),
        }
        for day in _times(chance, 3)
    ]


def _orders(chance: random.Random) -> tuple[str, Rows]:
    return "orders", [
        {
            "order_id": _key(chance, "o", 6),
            "contact_id": _key(chance, "p", 6),
            "status": "completed",
            "ordered_at": at(day),
        }
        for day in _times(chance, 4)
    ]


def _activities(chance: random.Random) -> tuple[str, Rows]:
    return "activities", [
        activity(
            _key(chance, "t", 12),
            day,
            kind=chance.choice(["email", "meeting", "demo", "proposal", "note"]),
            direction=chance.choice(["inbound", "outbound", None]),
            outcome=chance.choice(["held", "No show", "HELD", "replied", "Fine", None, None]),
            owner_id=_maybe(chance, _key(chance, "u", 4)),
            contact_id=_maybe(chance, _key(chance, "p", 6)),
            deal_id=_maybe(chance, _key(chance, "d", 4)),
        )
        for day in _times(chance, 8)
    ]


def _calls(chance: random.Random) -> tuple[str, Rows]:
    return "calls", [
        call(
            _key(chance, "c", 25),
            day,
            direction=chance.choice(["inbound", "inbound", "outbound", "internal"]),
            disposition=chance.choice(["answered", "no_answer", "abandoned"]),
            from_number=chance.choice(NUMBERS),
            to_number=chance.choice(NUMBERS),
            agent_id=_maybe(
                chance, chance.choice(["u1", "u2", "12", "13", "Ana@example.com", "zz"])
            ),
            contact_id=_maybe(chance, _key(chance, "p", 8), 0.15),
            talk_seconds=_maybe(chance, chance.randint(0, 90)),
            _key_source=chance.choice(["crm", "crm", "pbx"]),
        )
        for day in _times(chance, 15)
    ]


def _events(chance: random.Random) -> tuple[str, Rows]:
    return "email_events", [
        event(
            _key(chance, "e", 30),
            chance.choice(
                ["sent", "sent", "delivered", "deferred", "open", "click", "reply", "bounce"]
            ),
            day,
            bounce_type=chance.choice(["hard", "soft", None]),
            recipient_email=chance.choice(EMAILS),
            contact_id=_maybe(chance, _key(chance, "p", 8), 0.2),
            message_id=_maybe(chance, _key(chance, "m", 6)),
            campaign_id=_key(chance, "k", 2),
            is_machine=chance.choice([True, False, None]),
        )
        for day in _times(chance, 15)
    ]


def _social(chance: random.Random) -> tuple[str, Rows]:
    return "social_interactions", [
        {
            "interaction_id": _key(chance, "s", 10),
            "network": "linkedin",
            "prospect_handle": _key(chance, "h", 4),
            "contact_email": chance.choice(EMAILS),
            "kind": chance.choice(["view", "comment"]),
            "occurred_at": at(day),
        }
        for day in _times(chance, 5)
    ]


def _tasks(chance: random.Random) -> tuple[str, Rows]:
    return "tasks", [
        {
            "task_id": _key(chance, "k", 6),
            "owner_id": _key(chance, "u", 4),
            "contact_id": _key(chance, "p", 6),
            "due_at": at(day),
            "completed_at": _maybe(chance, at(day + chance.choice([-1, 1]))),
        }
        for day in _times(chance, 4)
    ]


def _surveys(chance: random.Random) -> tuple[str, Rows]:
    return "survey_answers", [
        {
            "answer_id": _key(chance, "q", 6),
            "survey": chance.choice(["csat", "nps"]),
            "score": chance.randint(0, 10),
            "call_id": _maybe(chance, _key(chance, "c", 25)),
            "agent_id": _maybe(chance, _key(chance, "u", 4)),
            "answered_at": at(day),
            "_key_source": "pbx",
        }
        for day in _times(chance, 3)
    ]


def _states(chance: random.Random) -> tuple[str, Rows]:
    return "agent_states", [
        {
            "agent_id": chance.choice(["u1", "12", "13"]),
            "state": chance.choice(["selling", "on_call", "offline"]),
            "started_at": at(round(day)),
            "ended_at": at(round(day) + 0.1),
        }
        for day in _times(chance, 4)
    ]
