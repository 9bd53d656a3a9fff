"""Whether a process is still alive, for folders that are named after the process that made them."""

from __future__ import annotations

import os


def is_alive(process: str) -> bool:
    """Whether `process`, a number as text, is that of a living process; what is no number is not."""
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    return True
