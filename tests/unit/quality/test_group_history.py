"""Reps, teams and regions beside one another and their own months."""

from __future__ import annotations

import random
from datetime import date

import pytest

from orchestration.quality.group_history import group_faults
from orchestration.quality.measure_history import month_before

JUNE = date(2026, 6, 1)

Members = dict[str, dict[date, int]]


def reps(count: int = 20, rows: int = 60, seed: int = 1) -> Members:
    """Reps with their rows of eight months."""
    chance = random.Random(seed)
    months = [month_before(JUNE, back) for back in range(8)]
    return {
        f"rep {number}": {month: round(chance.gauss(rows, rows**0.5)) for month in months}
        for number in range(count)
    }


def texts(members: Members, kind: str = "rep") -> list[str]:
    return [fault.text for fault in group_faults({kind: members}, JUNE)]


@pytest.mark.parametrize("seed", range(20))
def test_honest_changes_are_not_reported(seed: int) -> None:
    everybody = reps(seed=seed)
    assert texts(everybody) == []
    burst = {name: {**rows, JUNE: rows[JUNE] * 4} for name, rows in everybody.items()}
    assert texts(burst) == []
    assert texts({**everybody, "rep 3": {**everybody["rep 3"], JUNE: 0}}) == [], "one left"
    assert texts({**everybody, "new": {JUNE: 300}}) == []


def test_a_rep_with_twice_as_much_is_named() -> None:
    everybody = reps()
    everybody["rep 7"][JUNE] *= 2
    [text] = texts(everybody)
    assert text.startswith(
        "1 of 20 reps with far more than the others beside the months before in 2026-06: rep 7 "
    )


def test_a_third_of_the_reps_without_anything_are_counted() -> None:
    everybody = reps()
    for number in range(6):
        everybody[f"rep {number}"][JUNE] = 0
    [text] = texts(everybody)
    assert text == (
        "6 of 20 reps with hardly anything any more in 2026-06: rep 0 0 times, rep 1 0 times, rep 2 0 times, "
        "rep 3 0 times and 2 more"
    )


def test_a_region_that_is_missing_is_said_once() -> None:
    everybody, regions = reps(), reps(count=5, rows=240)
    regions["rep 0"][JUNE] = 0
    for number in range(4):
        everybody[f"rep {number}"][JUNE] = 0
    faults = list(group_faults({"rep": everybody, "region": regions}, JUNE))
    assert [fault.text[:21] for fault in faults] == ["1 of 5 regions with h"]


def test_a_team_that_was_renamed_is_not_missing() -> None:
    teams = reps(count=5, rows=240)
    rows = teams["rep 0"][JUNE]
    teams["rep 0"][JUNE] = 0
    assert texts({**teams, "new": {JUNE: rows}}, "team") == []


def test_a_few_members_and_small_ones_are_left_alone() -> None:
    two = reps(count=2)
    two["rep 0"][JUNE] *= 3
    assert texts(two) == []
    small = reps(rows=8)
    small["rep 0"][JUNE] *= 3
    assert texts(small) == []
