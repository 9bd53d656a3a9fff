"""Processes that work on the same files: whether one is alive, and when it last wrote."""

from __future__ import annotations

import os
from pathlib import Path


def is_alive(process: str) -> bool:
    """Whether `process`, a number as text, is that of a living process; what is no number is not.

    One that has ended and that nobody has buried (in a container without an init, orphans stay so) is not.
    """
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    try:
        after_its_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
    except OSError:
        return True
    return not after_its_name.strip().startswith("Z")


def last_change(path: Path) -> float:
    """When a file was last written, in seconds since 1970; 0 where another process has just removed it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
