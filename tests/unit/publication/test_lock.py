"""The refresh lock: one holder, named; gone with its process."""

from __future__ import annotations

import os

import pytest

from orchestration.core.errors import RefreshRunning
from orchestration.publication import lock_holder, refresh_lock
from orchestration.settings import Home


def test_the_holder_is_named(home: Home) -> None:
    assert lock_holder(home) is None
    with refresh_lock(home, run_id="run-1"):
        holder = lock_holder(home)
        assert holder is not None
        assert (holder["run_id"], holder["pid"]) == ("run-1", str(os.getpid()))
        with pytest.raises(RefreshRunning, match="run-1"), refresh_lock(home, run_id="run-2"):
            pass
    assert lock_holder(home) is None


def test_an_error_releases_it(home: Home) -> None:
    with pytest.raises(ValueError, match="broken"), refresh_lock(home, run_id="run-1"):
        raise ValueError("broken")
    with refresh_lock(home, run_id="run-2"):
        pass


def test_text_that_a_killed_holder_left_locks_nobody_out(home: Home) -> None:
    home.root.mkdir(parents=True)
    home.refresh_lock.write_text('{"run_id": "killed", "pid": "1"}')
    assert lock_holder(home) is None
    with refresh_lock(home, run_id="run-1"):
        pass
