"""Gate 1: required checks, and what a failed one does by its source's policy."""

from __future__ import annotations

import pytest

from orchestration.core.records import LandingResult
from orchestration.quality.loads import LoadLimits, SourceLimits, check_loads
from orchestration.quality.registry import Policy, checks_of
from tests.unit.quality.factories import load


def test_every_required_check_is_there_when_nothing_is_new() -> None:
    checks = check_loads(LandingResult(loads=()), history=(), limits=LoadLimits()).checks
    assert {check.name for check in checks} == {check.name for check in checks_of(1)}
    assert {check.outcome for check in checks} == {"pass"}


@pytest.mark.parametrize(
    ("policy", "outcome", "quarantined"),
    [("warn", "warn", ()), ("quarantine", "warn", ("l1",)), ("stop", "fail", ())],
)
def test_a_source_decides_what_a_failed_check_does(
    policy: Policy, outcome: str, quarantined: tuple[str, ...]
) -> None:
    result = LandingResult(loads=(load(1, landed=50, quarantined=50),))
    own = SourceLimits(policies={"loads.quarantine_share": policy})
    limits = LoadLimits(sources={"crm": own})
    verdict = check_loads(result, history=(), limits=limits)
    assert next(c for c in verdict.checks if c.name == "loads.quarantine_share").outcome == outcome
    assert tuple(verdict.quarantined) == quarantined


def test_a_shrunk_snapshot_is_quarantined_and_the_rest_goes_on() -> None:
    limits = LoadLimits(
        SourceLimits(snapshots=frozenset({"deals"}), policies={"loads.snapshot": "quarantine"})
    )
    new = LandingResult(loads=(load(2, landed=10),))
    verdict = check_loads(new, history=[load(1)], limits=limits)
    assert list(verdict.quarantined) == ["l2"]
    assert verdict.quarantined["l2"].name == "loads.snapshot"
