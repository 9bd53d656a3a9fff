"""Profiles: shares, medians and fingerprints of values, and never a value."""

from __future__ import annotations

import json
from dataclasses import replace

import duckdb
import pytest

from orchestration.quality.profiles import ColumnProfile, Profile, merged, profile

ROWS = """
    ('crm:1', 'won', 10.0, 'a', timestamp '2026-03-02 08:00:00'),
    ('crm:2', 'won', 30.0, 'abc', timestamp '2026-03-02 10:30:00'),
    ('crm:3', 'lost', -20.0, null, timestamp '2026-03-02 12:00:00'),
    ('crm:4', 'won', 0.0, 'ab', timestamp '2026-03-03 10:00:00')
"""


@pytest.fixture
def profile_of_deals() -> Profile:
    """Four deals: a negative and an empty amount, a name that is missing."""
    with duckdb.connect() as connection:
        connection.execute(
            f"create table deals as select * from (values {ROWS}) "
            "as t(deal_id, status, amount, name, started_at)"
        )
        return profile(connection, "deals", leave_out=["deal_id"], hours_in="UTC")


def test_what_is_profiled(profile_of_deals: Profile) -> None:
    assert profile_of_deals.rows == 4
    assert list(profile_of_deals.columns) == ["status", "amount", "name", "started_at"]
    amount, name = profile_of_deals.columns["amount"], profile_of_deals.columns["name"]
    assert (amount.negative, amount.size) == (0.25, 20.0)
    assert (name.nulls, name.length) == (0.25, 2.0)
    assert profile_of_deals.columns["started_at"].local_hour == pytest.approx(10.25, abs=0.25)
    assert sorted((profile_of_deals.columns["status"].kinds or {}).values()) == [0.25, 0.75]


def test_a_profile_is_read_back_as_it_was_written_and_holds_no_value(
    profile_of_deals: Profile,
) -> None:
    text = profile_of_deals.to_json()
    assert Profile.from_json(text) == profile_of_deals
    for value in ("won", "lost", "abc", "crm:1", "30"):
        assert f'"{value}' not in text


@pytest.mark.parametrize("text", ["{", "{}", '{"rows": 1, "columns": {"a": {"other": 1}}}'])
def test_a_text_that_is_no_profile(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Profile.from_json(text)


def test_a_table_without_rows_has_a_profile() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table deals (status varchar, amount double)")
        empty = profile(connection, "deals", hours_in="UTC")
    assert (empty.rows, empty.columns["status"].nulls, empty.columns["status"].kinds) == (
        0,
        0.0,
        None,
    )


def test_loads_are_merged_by_their_rows() -> None:
    """100 rows half empty and 300 full ones: an eighth is empty; medians are those of the larger load."""
    column = ColumnProfile(nulls=0.5, distinct=3, negative=0.1, size=7.0)
    small = Profile(100, {"amount": column})
    large = Profile(300, {"amount": replace(column, nulls=0.0, negative=0.0, size=9.0)})
    both = merged([small, large])
    assert both.rows == 400
    assert both.columns["amount"] == replace(column, nulls=0.125, negative=0.1, size=9.0)
    with pytest.raises(IndexError):
        merged([])


def test_what_an_older_embudo_measured_otherwise_is_not_compared() -> None:
    """Hours in UTC, before they were the company's: undamaged marts failed in the first refresh after an upgrade."""
    text = json.dumps(
        {"rows": 1, "columns": {"started_at": {"nulls": 0.0, "distinct": 1, "hour": 9}}}
    )
    assert Profile.from_json(text).columns["started_at"] == ColumnProfile(nulls=0.0, distinct=1)
