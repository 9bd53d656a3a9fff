"""Gate 1: a load whose values are not like those of its stream's last loads."""

from __future__ import annotations

import pytest

from orchestration.core.records import LandingResult
from orchestration.quality.load_profile import LoadProfile
from orchestration.quality.loads import LoadLimits, check_loads
from orchestration.quality.profiles import ColumnProfile, Profile
from tests.unit.quality.factories import load


def profile_of(*, size: float = 100.0, rows: int = 200) -> LoadProfile:
    column = ColumnProfile(nulls=0.0, distinct=90, negative=0.0, size=size)
    return LoadProfile(profile=Profile(rows=rows, columns={"amount": column}))


@pytest.mark.parametrize(
    ("new", "outcome", "words"),
    [
        (profile_of(), "pass", "as before"),
        (profile_of(size=500.0), "pass", "as before"),
        (profile_of(size=10_000.0), "fail", "amount is typically 10,000 (100 before)"),
        (profile_of(size=10_000.0, rows=20), "pass", "too few rows to tell"),
    ],
)
def test_a_unit_that_changed_stops(new: LoadProfile, outcome: str, words: str) -> None:
    profiles = {"l1": profile_of(), "l2": profile_of(), "l3": new}
    verdict = check_loads(
        LandingResult(loads=(load(3),)),
        history=[load(1), load(2)],
        limits=LoadLimits(),
        profiles=profiles,
    )
    (check,) = (c for c in verdict.checks if c.name == "loads.values")
    assert check.outcome == outcome
    assert words in check.observed


def test_loads_of_a_mapping_that_is_gone_are_not_compared_with() -> None:
    profiles = {
        "l1": profile_of(),
        "l2": profile_of(size=10_000.0),
        "l3": profile_of(size=10_000.0),
    }
    landed, history = LandingResult(loads=(load(3),)), [load(1), load(2)]
    for others, outcome in (((), "fail"), (("l1",), "pass"), (("l1", "l2"), "pass")):
        verdict = check_loads(
            landed,
            history=history,
            limits=LoadLimits(),
            mapped_otherwise=others,
            profiles=profiles | {"l2": profile_of(size=10_000.0 if others else 100.0)},
        )
        (check,) = (c for c in verdict.checks if c.name == "loads.values")
        assert check.outcome == outcome
