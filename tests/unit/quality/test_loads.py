"""Gate 1: required checks, and what a failed one does by its source's policy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from orchestration.core.records import LandingResult
from orchestration.quality.loads import LoadLimits, SourceLimits, check_loads
from orchestration.quality.registry import Policy, checks_of
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.settings import ExceptionSpec
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


def exceptions(until: date, **spec: Any) -> StandingExceptions:
    stated = {"check": "loads.quarantine_share", "reason": "half a file", "until": until}
    return StandingExceptions((ExceptionSpec(**stated | spec),), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("spec", "outcome"),
    [
        ({}, "pass"),
        ({"until": date(2026, 6, 30)}, "warn"),
        ({"scope": {"source": "crm", "stream": "deals"}}, "pass"),
        ({"scope": {"stream": "calls"}}, "warn"),
        ({"limits": {"quarantine_share": 0.5}}, "pass"),
        ({"limits": {"quarantine_share": 0.4}}, "warn"),
        ({"limits": {"failing_share": 0.4}}, "warn"),
    ],
)
def test_what_an_exception_covers_is_not_quarantined(spec: dict[str, Any], outcome: str) -> None:
    result = LandingResult(loads=(load(1, landed=50, quarantined=50),))
    own = SourceLimits(policies={"loads.quarantine_share": "quarantine"})
    limits = LoadLimits(
        sources={"crm": own}, exceptions=exceptions(**{"until": date(2026, 7, 1)} | spec)
    )
    verdict = check_loads(result, history=(), limits=limits)
    check = next(c for c in verdict.checks if c.name == "loads.quarantine_share")
    assert (check.outcome, bool(verdict.quarantined)) == (outcome, outcome == "warn")
    assert verdict.waived == (
        {"l1": "excepted until 2026-07-01: half a file"} if outcome == "pass" else {}
    )


def test_a_shrunk_snapshot_is_quarantined_and_the_rest_goes_on() -> None:
    limits = LoadLimits(
        SourceLimits(snapshots=frozenset({"deals"}), policies={"loads.snapshot": "quarantine"})
    )
    new = LandingResult(loads=(load(2, landed=10),))
    verdict = check_loads(new, history=[load(1)], limits=limits)
    assert list(verdict.quarantined) == ["l2"]
    assert verdict.quarantined["l2"].name == "loads.snapshot"
