"""A change is a warning unless it is said to be certain."""

from __future__ import annotations

from orchestration.quality.periods.changes import Change


def test_a_change_warns_of_itself() -> None:
    change = Change(text="amount is empty")
    assert (change.severity, change.failures, change.value, change.days) == ("warn", 1, None, ())
