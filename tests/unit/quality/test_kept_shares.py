"""Shares that a release keeps, and what they make one expect."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.quality.kept_shares import KeptShares, Share, excess


def test_shares_are_read_as_they_were_written(tmp_path: Path) -> None:
    kept = KeptShares(load_seq=7, shares={"duplicates.calls": {"pbx": Share(100, 3)}})
    kept.write(tmp_path, "shares.json")
    assert KeptShares.read(tmp_path, "shares.json") == kept
    assert kept.of("duplicates.calls", "pbx") == Share(100, 3)
    assert kept.of("duplicates.calls", "crm") is None


@pytest.mark.parametrize("release", [None, Path("/nonexistent")])
def test_without_a_release_nothing_is_known(release: Path | None) -> None:
    assert KeptShares.read(release, "shares.json") == KeptShares(load_seq=-1, shares={})


def test_shares_add_up_and_those_of_few_rows_say_little() -> None:
    assert Share(100, 3) + Share(50, 1) == Share(150, 4)
    assert Share().value == 0.0
    assert Share(10_000, 0).expected(1000) == pytest.approx(0.1, rel=0.01)
    assert Share(10_000, 500).expected(1000) == pytest.approx(50, rel=0.01)
    assert Share(0, 0).expected(1000) == 50


def test_an_excess_is_a_multiple_and_beyond_chance() -> None:
    assert excess(30, 1, times=2, deviations=6)
    assert not excess(30, 20, times=2, deviations=6)
    assert not excess(110, 100, times=1, deviations=2)
