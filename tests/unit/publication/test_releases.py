"""Listing, rolling back, verifying and pruning releases."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.core.errors import RefreshRunning, ReleaseCorrupt
from orchestration.publication import (
    clean_candidates,
    current_directory,
    current_release,
    prepare_candidate,
    prune,
    refresh_lock,
    release_directory,
    releases,
    rollback,
    verify_release,
)
from orchestration.settings import Home
from tests.unit.publication.factories import amount_in, make_release


def test_nothing_is_published_yet(home: Home) -> None:
    assert releases(home) == ()
    assert current_release(home) is None
    assert current_directory(home) is None
    with pytest.raises(ReleaseCorrupt, match="Nothing is published"):
        release_directory(home)
    with pytest.raises(ReleaseCorrupt, match="no release before"):
        rollback(home)


def test_rollback_and_forward_again(home: Home) -> None:
    first, second, third = (make_release(home, f"run-{n}", amount=n) for n in (1, 2, 3))

    assert rollback(home).release_id == second.release_id
    assert amount_in(home.current) == (2, 2)
    assert rollback(home).release_id == first.release_id
    assert rollback(home, third.release_id).release_id == third.release_id
    assert amount_in(home.current) == (3, 3)
    assert [r.release_id for r in releases(home) if r.is_current] == [third.release_id]


def test_a_refresh_after_a_rollback_builds_upon_what_is_current(home: Home) -> None:
    first = make_release(home, "run-1", amount=1)
    second = make_release(home, "run-2", amount=2)
    rollback(home)
    third = make_release(home, "run-3", amount=3)
    assert third.based_on == first.release_id
    assert third.release_id > second.release_id


def test_a_corrupt_release_is_named_and_not_rolled_back_to(home: Home) -> None:
    first = make_release(home, "run-1", amount=1)
    second = make_release(home, "run-2", amount=2)
    marts = home.releases / first.release_id / "marts.duckdb"
    marts.chmod(0o644)
    data = bytearray(marts.read_bytes())
    data[5000] ^= 1
    marts.write_bytes(bytes(data))

    with pytest.raises(ReleaseCorrupt, match=r"marts.duckdb does not match its checksum"):
        rollback(home)
    assert amount_in(home.current) == (2, 2)
    with pytest.raises(ReleaseCorrupt, match=r"marts.duckdb does not match"):
        verify_release(home, first.release_id)
    verify_release(home, second.release_id)


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


def test_rollback_waits_for_no_refresh(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    make_release(home, "run-2", amount=2)
    with refresh_lock(home, run_id="run-3"), pytest.raises(RefreshRunning, match="run-3"):
        rollback(home)
    assert amount_in(home.current) == (2, 2)


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


def test_old_candidates_and_leftovers_go(home: Home) -> None:
    for run in range(4):
        prepare_candidate(home, f"run-{run}", full=True, kept=10)
    (home.candidates / ".half.tmp").mkdir()
    (home.candidates / "stray.txt").write_text("x")
    clean_candidates(home, kept=2)
    assert len(list(home.candidates.iterdir())) == 2


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", ".hidden", "a" * 200])
def test_a_run_id_cannot_lead_out_of_its_folder(home: Home, run_id: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        prepare_candidate(home, run_id, full=True)
