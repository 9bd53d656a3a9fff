"""Fault 4: a second refresh at the same time refuses at once, naming the holder; nothing is
changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.core.errors import RefreshRunning
from orchestration.publication import lock_holder, refresh_lock
from orchestration.settings import Home

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from orchestration.publication import refresh_lock
from orchestration.settings import Home
with refresh_lock(Home.at(sys.argv[1]), run_id="run-1"):
    print("held", flush=True)
    time.sleep(60)
"""

HOLDER_WITH_CHILD = """
import os, sys, time
from pathlib import Path
from orchestration.publication import refresh_lock
from orchestration.settings import Home
with refresh_lock(Home.at(sys.argv[1]), run_id="run-1"):
    child = os.fork()
    if child:
        print(child, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@contextlib.contextmanager
def _holder(home: Home, code: str = HOLDER) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def test_the_second_is_refused_at_once_with_the_holder_named(home: Home) -> None:
    with _holder(home) as (process, _):
        before = sorted(home.root.iterdir()), home.refresh_lock.read_bytes()
        began = time.monotonic()
        with pytest.raises(RefreshRunning) as refusal, refresh_lock(home, run_id="run-2"):
            pass
        assert time.monotonic() - began < 1
        message = str(refusal.value)
        for words in (
            f"pid {process.pid}",
            socket.gethostname(),
            "run run-1",
            "since 20",
            "user ",
            "-c",
        ):
            assert words in message
        assert (sorted(home.root.iterdir()), home.refresh_lock.read_bytes()) == before
        holder = lock_holder(home)
        assert holder is not None
        assert holder["pid"] == str(process.pid)


def test_a_lock_left_by_a_killed_refresh_does_not_hold(home: Home) -> None:
    with _holder(home) as (process, _):
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert json.loads(home.refresh_lock.read_text())["run_id"] == "run-1", (
            "the text is still there"
        )
        assert lock_holder(home) is None
        with refresh_lock(home, run_id="run-2"):
            assert json.loads(home.refresh_lock.read_text())["pid"] == str(os.getpid())
    assert lock_holder(home) is None


def test_the_same_process_is_refused_as_well(home: Home) -> None:
    with (
        refresh_lock(home, run_id="run-1"),
        pytest.raises(RefreshRunning, match="run run-1"),
        refresh_lock(home, run_id="run-2"),
    ):
        pass
    with refresh_lock(home, run_id="run-3"):
        pass


def test_the_lock_goes_when_a_refresh_raises(home: Home) -> None:
    with pytest.raises(RuntimeError), refresh_lock(home, run_id="run-1"):
        raise RuntimeError
    with refresh_lock(home, run_id="run-2"):
        pass


def test_a_child_that_outlives_its_killed_refresh_is_named(home: Home) -> None:
    with _holder(home, HOLDER_WITH_CHILD) as (process, child):
        process.send_signal(signal.SIGKILL)
        process.wait()
        try:
            with (
                pytest.raises(RefreshRunning, match=f"kill {child}"),
                refresh_lock(home, run_id="run-2"),
            ):
                pass
        finally:
            os.kill(int(child), signal.SIGKILL)
            process.stdout.close() if process.stdout else None
    time.sleep(0.2)
    with refresh_lock(home, run_id="run-3"):
        pass


def test_text_that_is_no_holder_is_no_lock(home: Home) -> None:
    home.root.mkdir()
    home.refresh_lock.write_bytes(b"\xff not json")
    assert lock_holder(home) is None
    with refresh_lock(home, run_id="run-1"):
        assert lock_holder(home) is not None
