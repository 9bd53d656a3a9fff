"""I4, I5: a row that `where` leaves out in a newer version is gone, in whatever order the files land."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

PRODUCTS = {"product_id": "id", "name": "name"}
ACCOUNTS = {"account_id": "id", "name": "name", "updated_at": "changed"}
SOLD = {"files": "*.csv", "columns": PRODUCTS, "where": "state = 'sold'"}


def text(rows: Mapping[str, str]) -> str:
    """A file of products by key, with the state of each."""
    lines = [f"{key},P{key},{state}" for key, state in rows.items()]
    return "\n".join(["id,name,state", *lines]) + "\n"


def newest(
    company: Company, stream: str = "products", columns: str = "product_id"
) -> list[tuple[Any, ...]]:
    """Rows that are there once versions are distinguished by file, load and line, as staging does."""
    key = "product_id" if stream == "products" else "account_id"
    by_time = "updated_at desc nulls last, " if stream == "accounts" else ""
    return company.rows(
        f"select {columns} from (select * from landing.{stream} qualify row_number() over "
        f"(partition by {key} order by {by_time}_file desc, _load_seq desc, _line desc) = 1) "
        "where not _is_deleted order by all"
    )


def test_the_same_file_corrected(company: Company) -> None:
    """What was sold and is void now leaves, and comes back when it is sold again."""
    company.map("products", SOLD)
    for state, expected in (("sold", ["a", "b"]), ("void", ["a"]), ("sold", ["a", "b"])):
        company.drop("p.csv", text({"a": "sold", "b": state}))
        assert company.land().loads[0].rows_skipped == (state == "void")
        assert [key for (key,) in newest(company)] == expected


DELIVERIES = {
    "p_1.csv": {"a": "sold", "b": "sold", "c": "void"},
    "p_2.csv": {"b": "void", "c": "sold", "d": "sold"},
    "p_3.csv": {"d": "void", "e": "void"},
}


@pytest.mark.parametrize("order", list(itertools.permutations(DELIVERIES)))
@pytest.mark.parametrize("at_once", [1, 2])
def test_later_deliveries_decide_in_any_order(
    company: Company, order: Sequence[str], at_once: int
) -> None:
    """An older version removes no newer one, and an older one that comes late brings nothing back."""
    company.map("products", SOLD)
    for start in range(0, 3, at_once):
        for name in order[start : start + at_once]:
            company.drop(name, text(DELIVERIES[name]))
        company.land()
    assert newest(company) == [("a",), ("c",)]
    ended = company.rows("select product_id, name, _file from landing.products where _is_deleted")
    assert sorted(ended) == [("b", "Pb", "p_2.csv"), ("d", "Pd", "p_3.csv")]


def test_the_version_that_ends_a_row_is_of_the_newest_load_of_its_key(company: Company) -> None:
    """An incremental model that reads new loads alone sees it, even where the row itself came late."""
    company.map("products", SOLD)
    for number, name in enumerate(("p_2.csv", "p_1.csv"), start=1):
        company.drop(name, text(DELIVERIES[name]))
        company.land()
        ended = company.rows("select product_id, _load_seq from landing.products where _is_deleted")
        assert ended == ([] if number == 1 else [("b", 2)])


def test_what_another_selection_takes_stays(company: Company) -> None:
    """One file, two selections: each key is taken by one and left out by the other."""
    old, new = (
        {
            "files": "p.csv",
            "columns": {**PRODUCTS, "category": {"value": kind}},
            "where": f"state = '{kind}'",
        }
        for kind in ("old", "new")
    )
    company.map("products", old, new)
    company.drop("p.csv", text({"a": "old", "b": "new", "c": "old"}))
    company.land()
    shown = "product_id, category"
    assert newest(company, columns=shown) == [("a", "old"), ("b", "new"), ("c", "old")]
    company.drop("p.csv", text({"a": "new", "b": "new", "c": "void"}))
    company.land()
    assert newest(company, columns=shown) == [("a", "new"), ("b", "new")]
    # one of the two is read again alone
    company.map("products", old, {**new, "where": "state = 'new' or state = 'newer'"})
    company.land()
    assert newest(company, columns=shown) == [("a", "new"), ("b", "new")]


def test_another_file_of_another_selection_stays(company: Company) -> None:
    """A key that two selections take from files of their own: when one leaves it out, the other's is shown."""
    company.map(
        "products",
        {**SOLD, "files": "shop.csv"},
        {"files": "list.csv", "columns": PRODUCTS},
    )
    company.drop("list.csv", "id,name\na,listed\n")
    company.drop("shop.csv", text({"a": "sold"}))
    company.land()
    assert newest(company, columns="name") == [("Pa",)]
    company.drop("shop.csv", text({"a": "void"}))
    company.land()
    assert newest(company, columns="name") == [("listed",)]


def test_the_time_of_change_decides_before_the_file(company: Company) -> None:
    company.map(
        "accounts",
        {"files": "*.csv", "columns": ACCOUNTS, "where": "state = 'live'"},
    )
    company.drop("a_1.csv", "id,name,state,changed\n1,A,live,2026-01-02\n2,B,live,2026-01-02\n")
    company.drop("a_2.csv", "id,name,state,changed\n1,A,dead,2026-01-01\n2,B,dead,2026-01-03\n")
    company.land()
    assert newest(company, "accounts", "account_id") == [("1",)]
    [(until,)] = company.rows("select updated_at::varchar from landing.accounts where _is_deleted")
    assert until == "2026-01-03 00:00:00"


def test_lines_of_one_key_that_are_left_out_say_nothing_of_the_key(company: Company) -> None:
    """An order stands in a file as often as it has lines: one of them being void does not void it."""
    company.map("products", SOLD)
    company.drop("p_1.csv", "id,name,state\na,A,sold\na,A,void\nb,B,sold\nb,B,void\n")
    company.land()
    assert newest(company) == [("a",), ("b",)]
    # a log of what happens to a key: its next file tells of events that nothing is taken from
    company.drop("p_2.csv", "id,name,state\na,A,closed\nc,C,sold\nc,C,closed\n")
    company.land()
    assert newest(company) == [("a",), ("b",), ("c",)]
    # the same file, corrected
    company.drop("p_1.csv", "id,name,state\na,A,void\na,A,void\nb,B,sold\nb,B,void\n")
    company.land()
    assert newest(company) == [("b",), ("c",)]


def test_spend_of_several_rows(company: Company) -> None:
    """Rows of one key add up: the key leaves with the last of them."""
    company.map(
        "marketing_spend",
        {
            "files": "s.csv",
            "columns": {"spend_on": "day", "channel": "ch", "campaign_id": "c", "amount": "eur"},
            "where": "state = 'booked'",
        },
    )
    total = (
        "select coalesce(sum(amount), 0) from (select * from landing.marketing_spend qualify rank() "
        "over (partition by spend_on, channel, campaign_id order by _file desc, _load_seq desc) = 1) "
        "where not _is_deleted"
    )
    for first, second, expected in (
        ("booked", "booked", 11),
        ("booked", "draft", 5),
        ("draft", "draft", 0),
        ("draft", "booked", 6),
    ):
        company.drop(
            "s.csv",
            f"day,ch,c,eur,state\n2026-01-01,web,,5,{first}\n2026-01-01,web,,6,{second}\n",
        )
        company.land()
        assert company.rows(total) == [(expected,)]


def test_keys_made_by_sql_that_fails_on_rows_that_are_left_out(company: Company) -> None:
    company.map(
        "products",
        {
            **SOLD,
            "columns": {
                "product_id": {"sql": "cast(cast(id as integer) as varchar)"},
                "name": "name",
            },
        },
    )
    company.drop("p.csv", "id,name,state\n01,A,sold\n02,B,sold\n")
    company.land()
    company.drop("p.csv", "id,name,state\n01,A,void\n02,B,sold\n-,total,\n")
    company.land()
    assert newest(company) == [("2",)]


def test_a_mapping_that_changes_later_still_ends_rows_of_archived_files(company: Company) -> None:
    company.map("products", SOLD)
    company.drop("p_1.csv", text({"a": "sold", "b": "sold"}))
    company.land()
    (company.inbox / "p_1.csv").unlink()
    company.map("products", {**SOLD, "where": "lower(state) = 'sold'"})
    company.drop("p_2.csv", text({"b": "void"}))
    company.land()
    assert newest(company) == [("a",)]


def test_nothing_is_kept_where_nothing_is_left_out(company: Company) -> None:
    company.map("products", SOLD)
    company.drop("p.csv", text({"a": "sold"}))
    company.land()
    assert not company.home.left_out.exists()
    company.drop("p.csv", text({"a": "void"}))
    company.land()
    assert len(list(company.home.left_out.rglob("*.parquet"))) == 1
    # a landing that was killed leaves a file that no load has
    orphan = company.home.left_out_of(source="crm", stream="products") / "x-000009.parquet"
    orphan.write_bytes(b"")
    company.land()
    assert not orphan.exists()


FILES = ("f_1.csv", "f_2.csv", "f_3.csv")
STATES = st.sampled_from(["x", "y", "none", None])
DELIVERY = st.tuples(st.sampled_from(FILES), st.dictionaries(st.sampled_from("abc"), STATES))


@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(delivered=st.lists(DELIVERY, min_size=1, max_size=5), at_once=st.integers(1, 3))
def test_any_deliveries(delivered: list[tuple[str, dict[str, str | None]]], at_once: int) -> None:
    """Two selections, files sent again and again: the newest version of a key by file, then load, decides."""
    company = Company(Path(tempfile.mkdtemp()))
    company.map(
        "products",
        *(
            {
                "files": "f_*.csv",
                "columns": {**PRODUCTS, "category": {"value": state}},
                "where": f"state = '{state}'",
            }
            for state in "xy"
        ),
    )
    expected: dict[str, tuple[tuple[str, int], str]] = {}
    for number, start in enumerate(range(0, len(delivered), at_once)):
        last = dict(delivered[start : start + at_once])
        for name, rows in last.items():
            states = {key: state for key, state in rows.items() if state is not None}
            company.drop(name, text(states) + f"z{number}{name},,\n")
            for key, state in states.items():
                expected[key] = max(
                    expected.get(key, ((name, number), state)), ((name, number), state)
                )
        company.land()
    shown = [(key, state) for key, (_, state) in sorted(expected.items()) if state != "none"]
    assert newest(company, columns="product_id, category") == shown
