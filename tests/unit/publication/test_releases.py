"""Listing, rolling back, verifying and pruning releases."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.publication import (
    current_directory,
    current_release,
    prepare_candidate,
    prune,
    release_directory,
    releases,
    rollback,
)
from orchestration.settings import Home
from tests.unit.publication.factories import make_release


def test_nothing_is_published_yet(home: Home) -> None:
    assert releases(home) == ()
    assert current_release(home) is None
    assert current_directory(home) is None
    with pytest.raises(ReleaseCorrupt, match="Nothing is published"):
        release_directory(home)
    with pytest.raises(ReleaseCorrupt, match="no release before"):
        rollback(home)


def test_a_link_that_leads_nowhere_is_reported(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    home.current.unlink()
    home.current.symlink_to("releases/20200101T000000Z-gone")
    with pytest.raises(ReleaseCorrupt, match="20200101T000000Z-gone is corrupt"):
        current_release(home)
    with pytest.raises(ReleaseCorrupt, match="is corrupt"):
        prepare_candidate(home, "run-2", full=False)


def test_unknown_releases_are_reported_with_those_there_are(home: Home) -> None:
    release = make_release(home, "run-1", amount=1)
    with pytest.raises(ReleaseCorrupt, match=release.release_id):
        rollback(home, "nonsense")
    with pytest.raises(ReleaseCorrupt, match=r"no release '\.\./x'"):
        release_directory(home, "../x")


def test_pruning_keeps_the_newest_and_the_current_and_open_readers(home: Home) -> None:
    made = [make_release(home, f"run-{n}", amount=n) for n in range(1, 6)]
    rollback(home, made[1].release_id)
    reader = duckdb.connect(
        str(home.releases / made[0].release_id / "marts.duckdb"), read_only=True
    )

    gone = prune(home, 2)

    assert set(gone) == {made[0].release_id, made[2].release_id}
    assert [r.release_id for r in releases(home)] == [
        made[4].release_id, made[3].release_id, made[1].release_id,
    ]  # fmt: skip
    assert reader.execute("select net_amount from customer.fct_orders").fetchall() == [(1,)]
    reader.close()
    assert prune(home, 2) == ()
    with pytest.raises(ValueError, match="at least 1"):
        prune(home, 0)
