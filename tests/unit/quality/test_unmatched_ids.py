"""How many rows have an id that matches nothing, and when that is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.quality.databases import Databases
from orchestration.quality.unmatched_ids import UnmatchedIds, references, unmatched_ids
from tests.unit.quality.checks.test_unmatched_references import landing, make_landing


def test_rows_are_counted_in_all_and_since_a_load(tmp_path: Path) -> None:
    make_landing(
        tmp_path,
        landing("users", {"user_id": ["u1"]}),
        landing("deals", {"deal_id": ["d1", "d2"], "owner_id": ["u1", "x"]}),
        landing("deals", {"deal_id": ["d3", "d4"], "owner_id": ["x", "y"]}, seq=2),
    )
    stream, column = next(
        (stream, column)
        for stream, column in references()
        if (stream.name, column.name) == ("deals", "owner_id")
    )
    with Databases.of(tmp_path).open() as connection:
        assert list(unmatched_ids(connection, stream, column, since=1)) == [
            UnmatchedIds("crm", rows=4, unmatched=3, new_rows=2, new_unmatched=2)
        ]


@pytest.mark.parametrize(
    ("unmatched", "new_before", "is_certain"),
    [
        (UnmatchedIds("crm", 1000, 60, 100, 60), 0.0, True),
        (UnmatchedIds("crm", 1000, 60, 100, 60), 0.5, False),
        (UnmatchedIds("crm", 1000, 20, 100, 20), 0.0, False),
        (UnmatchedIds("crm", 1000, 160, 100, 60), 0.0, False),
        (UnmatchedIds("crm", 100, 60, 100, 60), 0.0, False),
        (UnmatchedIds("crm", 40, 15, 20, 15), 0.0, False),
    ],
)
def test_most_new_ones_are_certain_where_earlier_ones_matched(
    unmatched: UnmatchedIds, new_before: float, is_certain: bool
) -> None:
    assert unmatched.is_certain(new_before) is is_certain


def test_what_is_new_has_grown_or_exceeds_the_limit_is_reported() -> None:
    unmatched = UnmatchedIds("crm", 1000, 50, 100, 5)
    assert unmatched.is_reported(None, 0.1)
    assert not unmatched.is_reported(0.05, 0.1)
    assert unmatched.is_reported(0.03, 0.1)
    assert unmatched.is_reported(0.05, 0.04)
