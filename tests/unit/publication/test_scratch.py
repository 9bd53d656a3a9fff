"""A copy of the current release to try edits in leaves the release, and nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys

import duckdb
import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.publication import current_release, refresh_lock, scratch_copy, verify_release
from orchestration.settings import Home
from tests.unit.publication.factories import amount_in, make_release


def test_what_is_built_in_a_copy_reaches_no_reader(home: Home) -> None:
    """I1: the release keeps its bytes, and a refresh that runs meanwhile does not have to wait."""
    release = make_release(home, "run-1", amount=1)
    with refresh_lock(home, run_id="meanwhile"), scratch_copy(home) as scratch:
        assert (scratch.based_on, amount_in(scratch.directory)) == (release.release_id, (1, 1))
        with duckdb.connect(scratch.marts) as connection:
            connection.execute("update customer.fct_orders set net_amount = 9")
    assert list(home.scratch.iterdir()) == []
    verify_release(home, release.release_id)
    assert amount_in(home.current) == (1, 1)
    current = current_release(home)
    assert current is not None and current.release_id == release.release_id


def test_a_copy_goes_when_what_was_tried_in_it_fails(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    with pytest.raises(ZeroDivisionError), scratch_copy(home):
        raise ZeroDivisionError
    assert list(home.scratch.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_a_living_ones_stays(home: Home) -> None:
    """I6: SIGKILL leaves a copy behind; the next one clears it away."""
    make_release(home, "run-1", amount=1)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getppid()):
        (home.scratch / f"{process}-abc").mkdir(parents=True)
    with scratch_copy(home):
        pass
    assert [path.name for path in home.scratch.iterdir()] == [f"{os.getppid()}-abc"]


def test_without_a_release_there_is_nothing_to_copy(home: Home) -> None:
    with pytest.raises(ReleaseCorrupt, match="Nothing is published"), scratch_copy(home):
        pass
