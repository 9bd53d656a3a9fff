"""Going back to an older release, and forward again."""

from __future__ import annotations

import pytest

from orchestration.core.errors import RefreshRunning, ReleaseCorrupt
from orchestration.publication import refresh_lock, releases, rollback, verify_release
from orchestration.settings import Home
from tests.unit.publication.factories import amount_in, make_release

pytestmark = pytest.mark.slow


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


def test_rollback_waits_for_no_refresh(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    make_release(home, "run-2", amount=2)
    with refresh_lock(home, run_id="run-3"), pytest.raises(RefreshRunning, match="run-3"):
        rollback(home)
    assert amount_in(home.current) == (2, 2)
