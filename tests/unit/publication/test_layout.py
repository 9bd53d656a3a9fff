"""Names of runs and releases that are safe as folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.publication.layout import checked_name, is_temporary


def test_names_of_runs_and_releases_are_taken_as_they_are() -> None:
    for name in ("20260701T040000Z-run1", "20260701T040000Z-run1-e1", "a", "r_1.2"):
        assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "a b", "ñ", "a\n", "-a", "a" * 101]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a run or a release"):
        checked_name(name)


def test_leftovers_are_known_by_their_ending() -> None:
    assert is_temporary(Path("releases/.r1.tmp"))
    assert not is_temporary(Path("releases/r1"))
