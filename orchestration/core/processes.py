"""Processes that work on the same files: whether one is alive, when it last wrote, and its memory."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def is_alive(process: str) -> bool:
    """Whether `process`, a number as text, is the id of a living process; False for what is no number.

    A zombie, which has ended and was not waited for (in a container without an init, orphans stay so), is not
    alive.
    """
    import psutil

    try:
        return bool(psutil.Process(int(process)).status() != psutil.STATUS_ZOMBIE)
    except psutil.AccessDenied:
        return True
    except (ValueError, OverflowError, psutil.NoSuchProcess):
        return False


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, Linux KiB


def last_change(path: Path) -> float:
    """When a file was last written, in seconds since 1970; 0 where another process has just removed it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
