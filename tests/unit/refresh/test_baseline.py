"""The release that a refresh builds upon: verified, or not built upon at all."""

from __future__ import annotations

from orchestration.refresh.baseline import Baseline, verified_baseline
from orchestration.settings import Home
from tests.unit.publication.factories import make_release
from tests.unit.refresh.factories import corrupt


def test_without_a_release(home: Home) -> None:
    assert verified_baseline(home) == Baseline()


def test_an_intact_release_with_the_rows_of_its_marts(home: Home) -> None:
    release = make_release(home, "run-1", amount=1)
    baseline = verified_baseline(home)
    assert baseline.directory == home.releases / release.release_id
    assert baseline.rows == {"customer.fct_orders": 1}
    assert not baseline.corruption


def test_a_corrupt_release_is_not_built_upon(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    corrupt(home.current / "warehouse.duckdb")
    baseline = verified_baseline(home)
    assert baseline.directory is None
    assert baseline.rows == {}
    assert "warehouse.duckdb does not match its checksum" in baseline.corruption
