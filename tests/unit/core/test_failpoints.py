"""Failpoints: unknown ones are refused, since no test would kill the process there."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from orchestration.core.failpoints import KILL_AT, STEPS, failpoint


def test_without_the_variable_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KILL_AT, raising=False)
    for step in STEPS:
        failpoint(step)


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'refresh\.lunch' is not a step"):
        failpoint("refresh.lunch")


def test_the_process_is_killed_at_the_named_step_alone() -> None:
    code = (
        "from orchestration.core.failpoints import failpoint as f; "
        "f('refresh.locked'); print('on', flush=True); f('refresh.begun'); print('past')"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code], env={KILL_AT: "refresh.begun"}, capture_output=True, text=True
    )
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout == "on\n"
