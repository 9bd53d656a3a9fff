"""Gate 1: shares of a load's rows in quarantine, and that repeat a key."""

from __future__ import annotations

import pytest

from orchestration.core.records import LandingResult
from orchestration.quality.load_profile import LoadProfile
from orchestration.quality.loads import LoadLimits, check_loads
from orchestration.quality.profiles import Profile
from tests.unit.quality.factories import load


@pytest.mark.parametrize(
    ("landed", "quarantined", "outcome"),
    [(95, 5, "pass"), (94, 6, "fail"), (0, 0, "pass"), (0, 3, "fail")],
)
def test_the_share_in_quarantine_stops_above_its_limit(
    landed: int, quarantined: int, outcome: str
) -> None:
    result = LandingResult(loads=(load(1, landed=landed, quarantined=quarantined),))
    verdict = check_loads(result, history=(), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.quarantine_share")
    assert check.outcome == outcome
    assert check.subject == "crm.deals"
    assert verdict.quarantined == {}


@pytest.mark.parametrize(("repeated", "outcome"), [(0, "pass"), (1, "warn"), (51, "warn")])
def test_rows_that_share_a_key_and_differ_warn_whatever_their_share(
    repeated: int, outcome: str
) -> None:
    profiles = {"l1": LoadProfile(profile=Profile(rows=100), repeated=repeated)}
    verdict = check_loads(
        LandingResult(loads=(load(1),)), history=(), limits=LoadLimits(), profiles=profiles
    )
    (check,) = (c for c in verdict.checks if c.name == "loads.duplicate_keys")
    assert (check.outcome, check.failures) == (outcome, repeated)


def test_too_many_quarantined_rows_are_shown_by_file_line_and_reason() -> None:
    profile = LoadProfile(
        profile=Profile(rows=94), quarantined=("calls.csv line 4: ended_at is before answered_at",)
    )
    result = LandingResult(loads=(load(1, landed=94, quarantined=6),))
    verdict = check_loads(result, history=(), limits=LoadLimits(), profiles={"l1": profile})
    (check,) = (c for c in verdict.checks if c.name == "loads.quarantine_share")
    assert check.observed.endswith("(e.g. calls.csv line 4: ended_at is before answered_at)")
