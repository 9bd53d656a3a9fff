"""Work in a thread that Ctrl-C may end: its errors are raised where it was started."""

from __future__ import annotations

import signal

import pytest

from orchestration.cli.interrupts import run_stoppable


def test_work_is_done_and_its_error_raised() -> None:
    done: list[int] = []
    before = signal.getsignal(signal.SIGTERM)
    run_stoppable(lambda: done.append(1))
    assert done == [1]
    with pytest.raises(ZeroDivisionError):
        run_stoppable(lambda: done.append(1 // 0))
    assert signal.getsignal(signal.SIGTERM) is before
