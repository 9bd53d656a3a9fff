"""Profiles see what keys and counts cannot: units, signs, empty, constant, cut and late columns."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from orchestration.quality.profile_changes import Tolerance, changes
from orchestration.quality.profiles import Profile, profile

ROWS = """
    select
        'crm:' || i as deal_key,
        case when i % 4 = 0 then 'lost' else 'won' end as status,
        cast(100 + i % 50 as decimal(18, 2)) as amount,
        case when i % 10 <> 0 then 'owner ' || i % 7 end as owner_key,
        i % 5 = 0 as is_late,
        timestamp '2026-03-02 10:00:00' + interval (i % 60) minute as started_at
    from range({rows}) t(i)
"""

WIDE = Tolerance(
    times=5, negative=0.05, nulls=0.15, kinds=0.25, hours=0.75, length=1.5, collapse=True
)


def _profile(change: str = "", *, rows: int = 1000) -> Profile:
    with duckdb.connect() as connection:
        connection.execute(f"create table deals as {ROWS.format(rows=rows)}")
        if change:
            connection.execute(f"update deals set {change}")
        return profile(connection, "deals", hours_in="UTC")


def test_the_same_rows_have_not_drifted_nor_have_more_of_them() -> None:
    assert changes(_profile(), _profile(), WIDE) == []
    assert changes(_profile(rows=5000), _profile(), WIDE) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("amount = amount * 100", "amount is typically 12,4"),
        ("amount = amount / 100", "amount is typically 1.2"),
        ("amount = -amount where deal_key like '%0'", "amount is negative in 10% of the rows (0%"),
        ("owner_key = null where deal_key like '%1'", "owner_key is empty in 20% of the rows (10%"),
        ("owner_key = null", "owner_key is empty in 100% of the rows"),
        ("owner_key = 'owner 1'", "owner_key has a single value (7 values before)"),
        ("owner_key = left(owner_key, 3)", "owner_key is 3.0 characters long (7.0 before)"),
        ("status = upper(status)", "status has other values in 100% of the rows"),
        ("is_late = not is_late", "is_late has other values in 60% of the rows"),
        ("started_at = started_at + interval 2 hour", "started_at is at 12.5 h in the middle"),
    ],
)
def test_each_change_is_reported_with_both_figures(change: str, words: str) -> None:
    wide = replace(WIDE, nulls=0.02) if "like '%1'" in change else WIDE
    assert words in "; ".join(changes(_profile(change), _profile(), wide))


def test_a_median_of_few_values_is_not_compared() -> None:
    """The middle of twenty replies moves by hours with the twenty-first: undamaged companies were stopped."""
    sparse = "started_at = null where hash(deal_key) % 50 <> 0"
    late = "started_at = started_at + interval 2 hour"
    with duckdb.connect() as connection:
        connection.execute(f"create table deals as {ROWS.format(rows=1000)}")
        connection.execute(f"update deals set {sparse}")
        before = profile(connection, "deals", hours_in="UTC")
        connection.execute(f"update deals set {late}")
        now = profile(connection, "deals", hours_in="UTC")
    assert 10 < 1000 * (1 - now.columns["started_at"].nulls) < 30
    assert "started_at is at" in "; ".join(changes(now, before, WIDE))
    assert changes(now, before, replace(WIDE, fewest=60)) == []
    assert "started_at is at" in "; ".join(
        changes(_profile(late), _profile(), replace(WIDE, fewest=60))
    )
