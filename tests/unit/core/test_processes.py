"""Whether a process is alive decides whose leftovers may be removed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.core.processes import is_alive, last_change, peak_memory


def test_this_process_is_alive_and_an_ended_one_is_not() -> None:
    assert is_alive(str(os.getpid()))
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    assert not is_alive(ended.stdout.decode().strip())


def test_a_zombie_is_not_alive() -> None:
    """In a container without an init nobody waits for orphans; their leftovers have to go all the same."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(str(child.pid))
    child.wait()


@pytest.mark.parametrize("text", ["", "none", "12.5", "-1", "9" * 30])
def test_what_is_no_process_is_not_alive(text: str) -> None:
    assert not is_alive(text)


def test_the_last_change_of_a_file_that_is_gone_is_long_ago(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert last_change(tmp_path / "file") > 0
    assert last_change(tmp_path / "gone") == 0


def test_peak_memory_is_in_bytes() -> None:
    assert 10_000_000 < peak_memory() < 100_000_000_000
