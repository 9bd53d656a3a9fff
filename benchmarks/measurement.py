"""Measurement of one command: wall time, processor time and peak memory of its process and their children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Measurement:
    """Seconds, and bytes of resident memory at the peak."""

    wall: float
    processor: float
    memory: int


def measure(command: Sequence[str]) -> Measurement:
    """Run a command from the project's root; ends this program with its output where it fails."""
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} exited {process.returncode}:\n{output[-4000:]}")
    return Measurement(
        wall=time.monotonic() - began,
        processor=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss * 1024,
    )
