"""The company behind the exports."""

from __future__ import annotations

import pytest

from sandbox import Truth


def test_the_company_has_seasons_and_reps_who_move(truth: Truth) -> None:
    calls = truth.metrics["calls"].by_month
    assert calls["2025-08"] < calls["2025-10"] < calls["2025-12"]  # type: ignore[operator]
    teams = truth.metrics["revenue"].by_dimension["rep__team"]
    assert sum(v or 0 for v in teams.values()) == pytest.approx(truth.metrics["revenue"].total)
    assert truth.streams["crm.users"].read > 18, "some users have a second version"
