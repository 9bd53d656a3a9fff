"""Fault 5: SIGKILL of the orchestrator while its child lives.

dbt runs in the refresh's own process (ADR 3), so what can be orphaned is a run: Dagster's run worker
whose daemon was killed. It keeps the lock, the next refresh names the process, and once it
has ended nothing holds the files.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.core.failpoints import KILL_AT
from orchestration.core.processes import is_alive
from orchestration.publication import lock_holder
from tests.faults.tiny_company import TinyCompany, answer_of, embudo_of, expected

pytestmark = pytest.mark.slow

ORCHESTRATOR = """
import subprocess, sys, time
print(subprocess.Popen(sys.argv[1:]).pid, flush=True)
time.sleep(600)
"""


def holders_of(home: Path) -> dict[int, list[str]]:
    """Processes that have a file of the home open."""
    commands: dict[int, list[str]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for handle in (process / "fd").iterdir():
                target = os.readlink(handle)
                if target.startswith(f"{home}/"):
                    commands.setdefault(int(process.name), []).append(target)
    return commands


def wait_for(condition: object, *, seconds: float = 240) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def test_the_orphan_is_named_and_nothing_outlives_it(tiny: TinyCompany) -> None:
    home = tiny.home
    tiny.add_day(1)
    command = [str(Path(sys.executable).with_name("embudo")), "refresh", "--home", str(home.root)]
    orchestrator = subprocess.Popen(
        [sys.executable, "-c", ORCHESTRATOR, *command, "--config", str(tiny.config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {KILL_AT: "refresh.first_model_built"},
    )
    assert orchestrator.stdout is not None
    orphan = int(orchestrator.stdout.readline())
    wait_for(lambda: lock_holder(home) is not None)
    orchestrator.send_signal(signal.SIGKILL)
    orchestrator.wait()

    refused = embudo_of(tiny)("refresh", expect=7).stderr
    assert re.search(rf"held by pid {orphan} ", refused), refused
    output = embudo_of(tiny)("doctor", "--quick").stdout
    assert f"kill {orphan}" in output, output

    # It dies in the middle of dbt's build, as it would when it is killed by hand.
    wait_for(lambda: not holders_of(home.root))
    assert lock_holder(home) is None
    assert answer_of(home.current) == expected(1)
    wait_for(lambda: not is_alive(str(orphan)))
