"""The page of invariants: each one is named by a test."""

from __future__ import annotations

import pytest

from scripts.docs.invariants import Invariant, invariants

KNOWN = invariants()


def test_all_twelve_are_listed() -> None:
    assert [invariant.number for invariant in KNOWN] == [f"I{number}" for number in range(1, 13)]


@pytest.mark.parametrize("invariant", KNOWN, ids=lambda invariant: invariant.number)
def test_an_invariant_is_named_by_a_test(invariant: Invariant) -> None:
    assert invariant.tests, f"name {invariant.number} in the docstring of a test that proves it"
