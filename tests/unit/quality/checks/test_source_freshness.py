"""Gate 1: a source that is far behind the others."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest

from orchestration.core.records import LandingResult
from orchestration.quality.loads import LoadLimits, SourceLimits, check_loads
from tests.unit.quality.factories import load

NOW = datetime(2026, 6, 30)


@pytest.mark.parametrize(
    ("days", "limit", "outcome"), [(14, None, "pass"), (15, None, "warn"), (15, 20, "pass")]
)
def test_a_source_two_weeks_behind_the_others_warns(
    days: int, limit: int | None, outcome: str
) -> None:
    own = SourceLimits(limits={} if limit is None else {"silent_days": limit})
    newest = {"crm": NOW, "pbx": NOW - timedelta(days=days)}
    history = [load(1), load(2, source="pbx", stream="calls")]
    verdict = check_loads(
        LandingResult(loads=()), history=history, limits=LoadLimits(usual=own), newest=newest
    )
    by_source = {c.subject: c for c in verdict.checks if c.name == "loads.freshness"}
    assert {subject: c.outcome for subject, c in by_source.items()} == {
        "crm": "pass",
        "pbx": outcome,
    }
    assert f"{days} day(s) before" in by_source["pbx"].observed


def test_without_business_times_the_last_load_counts() -> None:
    old = dataclasses.replace(load(1), landed_at=load(1).landed_at - timedelta(days=30))
    history = [old, load(2, source="pbx", stream="calls")]
    verdict = check_loads(LandingResult(loads=()), history=history, limits=LoadLimits())
    outcomes = {c.subject: c.outcome for c in verdict.checks if c.name == "loads.freshness"}
    assert outcomes == {"crm": "warn", "pbx": "pass"}
