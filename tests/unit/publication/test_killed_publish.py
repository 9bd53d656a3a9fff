"""I6: killed at any named step of a publish, the old or the new release is whole, and the next
one ends well.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from orchestration.faultpoints import KILL_AT
from orchestration.publication import (
    STEPS,
    current_release,
    recover,
    releases,
    verify_release,
)
from orchestration.publication.layout import intent_of
from orchestration.settings import Home
from tests.unit.publication.making import amount_in, make_release

BEFORE = (
    "candidate.made",
    "candidate.warehouse_ready",
    "candidate.marts_ready",
    "candidate.checkpointed",
    "candidate.sealed",
)
AFTER = ("prune.moved", "prune.done")
NEW_FROM = STEPS.index("publish.renamed")


def _refresh(home: Home, run_id: str, amount: int, kill_at: str = "") -> int:
    environment = {**os.environ, KILL_AT: kill_at} if kill_at else dict(os.environ)
    command = [
        sys.executable,
        "-m",
        "tests.unit.publication.making",
        str(home.root),
        run_id,
        str(amount),
    ]
    return subprocess.run(command, env=environment, check=False).returncode


@pytest.mark.parametrize("step", [*BEFORE, *STEPS, *AFTER])
def test_old_or_new_release_is_whole(home: Home, step: str) -> None:
    make_release(home, "run-0", amount=5)
    first = make_release(home, "run-1", amount=10)

    assert _refresh(home, "run-2", 20, kill_at=step) == -signal.SIGKILL

    current = current_release(home)
    assert current is not None
    verify_release(home, current.release_id)
    assert amount_in(home.current) in ((10, 10), (20, 20))

    recover(home)
    recovered = current_release(home)
    assert recovered is not None
    is_new = step in AFTER or (step in STEPS and STEPS.index(step) >= NEW_FROM)
    assert amount_in(home.current) == ((20, 20) if is_new else (10, 10))
    assert (recovered.release_id == first.release_id) != is_new

    assert _refresh(home, "run-3", 30) == 0
    assert amount_in(home.current) == (30, 30)
    for release in releases(home):
        verify_release(home, release.release_id)
    assert [str(path) for path in home.root.rglob("*.tmp")] == []
    assert [str(path) for path in home.root.rglob("*.wal")] == []
    assert not intent_of(home).exists()


def test_recovering_twice_changes_nothing(home: Home) -> None:
    make_release(home, "run-1", amount=10)
    assert _refresh(home, "run-2", 20, kill_at="publish.renamed") == -signal.SIGKILL
    assert amount_in(home.current) == (10, 10)
    assert recover(home).finished
    assert recover(home).finished == ""
    assert recover(home).removed == ()
    assert amount_in(home.current) == (20, 20)


def test_a_release_damaged_in_the_crash_is_not_made_current(home: Home) -> None:
    first = make_release(home, "run-1", amount=10)
    assert _refresh(home, "run-2", 20, kill_at="publish.renamed") == -signal.SIGKILL
    (second,) = (r for r in releases(home) if r.release_id != first.release_id)
    marts = home.releases / second.release_id / "marts.duckdb"
    marts.chmod(0o644)
    marts.write_bytes(marts.read_bytes()[:-10])

    assert recover(home).finished == ""
    assert [release.release_id for release in releases(home)] == [first.release_id]
    assert amount_in(home.current) == (10, 10)
