"""Gate 3: ids that match no row of the stream they refer to, with the share, a sample and the probable cause."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.core.records import CheckResult
from orchestration.quality.checks.unmatched_references import REFERENCES_FILE
from orchestration.quality.databases import Databases
from orchestration.quality.intended_changes import IntendedChanges
from orchestration.quality.registry import registered
from orchestration.quality.subjects import Definitions
from orchestration.settings.contract_loading import load_contract
from tests.unit.quality.factories import gate_input, results

pytestmark = pytest.mark.slow

CHECK = "references.<stream>.<column>"


def make_landing(directory: Path, *rows: str, load_seq: int = 1) -> None:
    """A candidate whose streams are empty but for `rows`: `stream(column = SQL, …)` as SQL over landing."""
    directory.mkdir(parents=True, exist_ok=True)
    databases = Databases.of(directory)
    for path in (databases.warehouse, databases.marts):
        path.unlink(missing_ok=True)
    duckdb.connect(str(databases.marts)).close()
    columns = {
        stream.name: ", ".join(f'"{column.name}" {column.data_type}' for column in stream.landed)
        for stream in load_contract().values()
    }
    streams = "".join(f"create table landing.{name} ({texts});" for name, texts in columns.items())
    settings = f"create table landing.settings as select {load_seq} as load_seq, 'Europe/Madrid' as time_zone;"
    with duckdb.connect(str(databases.warehouse)) as connection:
        connection.execute(f"create schema landing; create schema seeds; {settings} {streams}")
        for statement in rows:
            connection.execute(statement)


def landing(
    stream: str, keys: dict[str, list[str | None]], *, source: str = "crm", seq: int = 1
) -> str:
    """Rows of a stream by column, as a statement."""
    columns = [*keys, "_source", "_key_source", "_load_seq", "_file", "_line", "_is_deleted"]
    rows = []
    for line, values in enumerate(zip(*keys.values(), strict=True)):
        texts = ["null" if value is None else f"'{value}'" for value in values]
        rows.append(
            f"({', '.join(texts)}, '{source}', '{source}', {seq}, 'f{seq}.csv', {line}, false)"
        )
    return f"insert into landing.{stream} ({', '.join(columns)}) values {', '.join(rows)}"


def warned(directory: Path, **fields: object) -> dict[str, CheckResult]:
    checks = results(CHECK, gate_input(directory, **fields))
    assert not [result for result in checks if not result.ran]
    return {result.title: result for result in checks if result.outcome != "pass"}


CHANGES = landing(
    "deal_stage_changes", {"deal_id": ["D1", "D2", "X7", "X8", "X7"], "stage": list("abcde")}
)
DEALS = landing("deals", {"deal_id": ["D1", "D2", "D3"]})


def test_ids_that_no_row_has_warn_with_share_and_sample(tmp_path: Path) -> None:
    make_landing(tmp_path, CHANGES, DEALS)
    [(title, check)] = warned(tmp_path).items()
    assert title == "references.deal_stage_changes.deal_id on crm.deal_stage_changes"
    assert check.outcome == "warn"
    assert check.observed == "3 of 5 rows (60.0%): their deal_id is in no row of deals"
    assert check.failures == 3
    assert check.sample_keys == ("X7", "X8")
    assert "land the rows that are missing" in check.remedy


def test_a_source_without_that_stream_is_not_checked(tmp_path: Path) -> None:
    make_landing(tmp_path, CHANGES, landing("deals", {"deal_id": ["X1"]}, source="other"))
    assert warned(tmp_path) == {}


def test_every_reference_of_the_contract_has_a_result(tmp_path: Path) -> None:
    make_landing(tmp_path, CHANGES, DEALS)
    check = registered(CHECK)
    names = check.names_in(Definitions(manifest={}))
    assert {result.name for result in results(CHECK, gate_input(tmp_path))} == set(names)
    assert {
        "references.deals.owner_id",
        "references.calls.agent_id",
        "references.orders.account_id",
    } <= set(names)
    assert {"references.leads.contact_id", "references.order_lines.product_id"} <= set(names)


def test_a_corrected_row_is_not_counted_by_its_older_version(tmp_path: Path) -> None:
    older = landing("deals", {"deal_id": ["d1", "d2"], "owner_id": ["u1", "gone"]})
    newer = landing("deals", {"deal_id": ["d2"], "owner_id": ["u1"]}, seq=2)
    make_landing(tmp_path, older, newer, landing("users", {"user_id": ["u1"]}))
    assert warned(tmp_path) == {}


def test_rows_that_the_source_deleted_are_known_and_do_not_refer(tmp_path: Path) -> None:
    gone = landing("users", {"user_id": ["u9"]}).replace("false)", "true)")
    deals = landing("deals", {"deal_id": ["d1"], "owner_id": ["u9"]})
    deleted = landing("deals", {"deal_id": ["d2"], "owner_id": ["u8"]}).replace("false)", "true)")
    make_landing(tmp_path, gone, deals, deleted)
    assert warned(tmp_path) == {}


def test_agents_are_found_by_extension_and_email_too(tmp_path: Path) -> None:
    users = landing(
        "users",
        {"user_id": ["u1", "u2"], "phone_extension": ["101", None], "email": [None, "B@x.es"]},
    )
    calls = landing(
        "calls", {"call_id": list("abcd"), "agent_id": ["101", "b@X.es", "u1", "999"]}, source="pbx"
    )
    make_landing(tmp_path, users, calls)
    [(title, check)] = warned(tmp_path).items()
    assert title == "references.calls.agent_id on pbx.calls"
    assert check.observed.startswith("2 of 4 rows")  # u1 is the key of a user in crm, not in pbx
    assert "1 of the rows have an id of another source: set `keys_of`" in check.remedy


@pytest.mark.parametrize(("switchboard", "is_warned"), [(1, False), (3, True)])
def test_some_calls_are_of_the_switchboard(
    tmp_path: Path, switchboard: int, is_warned: bool
) -> None:
    agents = ["9000"] * switchboard + ["u1"] * 29
    ids = [f"c{number}" for number in range(len(agents))]
    calls = landing("calls", {"call_id": ids, "agent_id": agents})
    make_landing(tmp_path, calls, landing("users", {"user_id": ["u1"]}))
    assert bool(warned(tmp_path)) is is_warned


def test_contact_data_is_not_shown(tmp_path: Path) -> None:
    contacts = landing("contacts", {"contact_id": ["c1"]})
    orders = landing("orders", {"order_id": ["o1"], "contact_id": ["ana@example.com"]})
    make_landing(tmp_path, contacts, orders)
    [check] = warned(tmp_path).values()
    assert "example.com" not in f"{check.observed}{check.sample_keys}{check.remedy}"


def test_the_probable_cause_is_named(tmp_path: Path) -> None:
    deals = landing("deals", {"deal_id": ["d1", "d2"], "owner_id": ["007", "nobody"]})
    make_landing(tmp_path, deals, landing("users", {"user_id": ["7", "u2"]}))
    [check] = warned(tmp_path).values()
    assert check.remedy == (
        "1 of the rows would match without leading zeros: map the id as `sql: ltrim(owner_id, '0')`, on both sides. "
        "Others are rows to land."
    )


def release(directory: Path, unknown: int, known: int, *, fresh: int = 0) -> Path:
    """A candidate of so many deals whose owner is unknown or known; `fresh` more unknown ones in a newer load."""
    users = landing("users", {"user_id": ["u1"]})
    ids = [f"d{number}" for number in range(unknown + known)]
    statements = [
        users,
        landing("deals", {"deal_id": ids, "owner_id": ["x"] * unknown + ["u1"] * known}),
    ]
    if fresh:
        new = [f"n{number}" for number in range(fresh)]
        statements.append(landing("deals", {"deal_id": new, "owner_id": ["y"] * fresh}, seq=2))
    make_landing(directory, *statements, load_seq=2 if fresh else 1)
    return directory


@pytest.mark.parametrize(
    ("now", "is_warned"),
    [
        ({"unknown": 5, "known": 95}, False),  # as before
        ({"unknown": 2, "known": 98}, False),  # less
        ({"unknown": 8, "known": 92}, True),  # more
        ({"unknown": 30, "known": 70}, True),  # above the limit
        ({"unknown": 100, "known": 9900, "fresh": 40}, True),  # a load of unknown ones
    ],
)
def test_a_share_is_compared_with_the_last_release(
    tmp_path: Path, now: dict[str, int], is_warned: bool
) -> None:
    before = release(tmp_path / "before", 5, 95)
    assert warned(before)  # a new share
    candidate = release(tmp_path / "now", **now)
    assert bool(warned(candidate, previous=before)) is is_warned


def test_a_share_that_is_new_warns_and_one_above_the_limit_goes_on_warning(tmp_path: Path) -> None:
    before = release(tmp_path / "before", 0, 100)
    assert warned(before) == {}
    candidate = release(tmp_path / "now", 1, 99)
    assert "references.deals.owner_id on crm.deals" in warned(candidate, previous=before)
    many = release(tmp_path / "many", 50, 50)
    assert warned(many)
    assert warned(many, previous=many)
    assert warned(many, previous=many, limits={"unmatched_share": 0.6}) == {}


@pytest.mark.parametrize(
    ("unknown", "fresh", "outcome"),
    [
        (0, 40, "fail"),  # ids that were cut, or of another tool
        (0, 12, "warn"),  # too few to be sure
        (20, 40, "warn"),  # unknown ones are usual
    ],
)
def test_new_rows_of_which_most_match_nothing_stop_where_earlier_ones_matched(
    tmp_path: Path, unknown: int, fresh: int, outcome: str
) -> None:
    before = release(tmp_path / "before", unknown, 100)
    warned(before)
    candidate = release(tmp_path / "now", unknown, 100, fresh=fresh)
    check = warned(candidate, previous=before)["references.deals.owner_id on crm.deals"]
    assert check.outcome == outcome
    assert ("100.0% of the new ones" in check.observed) is (outcome == "fail")


def test_renumbered_agents_stop_though_they_are_few_of_all_rows(tmp_path: Path) -> None:
    def calls(ids: list[str | None], agent: str, seq: int) -> str:
        return landing("calls", {"call_id": ids, "agent_id": [agent] * len(ids)}, seq=seq)

    users = landing("users", {"user_id": ["u1"]})
    history = calls([f"c{number}" for number in range(2000)], "u1", 1)
    make_landing(tmp_path / "before", users, history)
    assert warned(tmp_path / "before") == {}
    new = calls([f"n{number}" for number in range(60)], "A-1", 2)
    make_landing(tmp_path / "now", users, history, new, load_seq=2)
    [found] = warned(tmp_path / "now", previous=tmp_path / "before").values()
    assert found.outcome == "fail"


def test_rows_that_come_before_what_they_refer_to_warn_each_day(tmp_path: Path) -> None:
    """A tool that delivers deals today and their owners tomorrow."""
    name = "references.deals.owner_id"
    before = release(tmp_path / "before", 0, 1000)
    kept = {"load_seq": 1, "shares": {}, "new_shares": {name: {"crm": 0.9}}}
    (before / REFERENCES_FILE).write_text(json.dumps(kept))
    candidate = release(tmp_path / "now", 0, 1000, fresh=40)
    assert warned(candidate, previous=before)[f"{name} on crm.deals"].outcome == "warn"


def test_a_release_without_history_is_a_first_one(tmp_path: Path) -> None:
    before = release(tmp_path / "before", 5, 95)
    assert not (before / REFERENCES_FILE).exists()
    candidate = tmp_path / "now"
    shutil.copytree(before, candidate)
    assert warned(candidate, previous=before)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    known=st.sets(st.text("ab01", min_size=1, max_size=3), min_size=1, max_size=8),
    used=st.lists(st.text("ab01", min_size=1, max_size=3), max_size=12),
)
def test_what_is_counted_is_what_a_join_would_lose(
    tmp_path: Path, known: set[str], used: list[str]
) -> None:
    deals = [landing("deals", {"deal_id": [f"d{n}" for n in range(len(used))], "owner_id": used})]
    make_landing(tmp_path, *(deals if used else []), landing("users", {"user_id": sorted(known)}))
    lost = sum(1 for key in used if key not in known)
    assert sum(check.failures for check in warned(tmp_path).values()) == lost


def test_under_another_mapping_ids_are_those_of_a_first_release(tmp_path: Path) -> None:
    before = release(tmp_path / "before", 0, 100)
    warned(before)
    candidate = release(tmp_path / "now", 0, 100, fresh=40)
    title = "references.deals.owner_id on crm.deals"
    assert warned(candidate, previous=before)[title].outcome == "fail"
    changes = IntendedChanges("R1", frozenset({("crm", "deals")}))
    assert warned(candidate, previous=before, changes=changes)[title].outcome == "warn"
