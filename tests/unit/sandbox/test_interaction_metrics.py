"""True figures of interactions."""

from __future__ import annotations

from sandbox import Truth


def test_matches_add_up(truth: Truth) -> None:
    calls = truth.matches["calls"]
    assert calls["matched"] == calls["by_contact_id"] + calls["by_phone"] < calls["all"]
    assert calls["ambiguous"] > 0 < calls["unknown_agent"]
    assert truth.matches["emails"]["by_email"] > 0 < truth.matches["social"]["by_email"]
