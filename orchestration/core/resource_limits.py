"""How much memory and how many cores a refresh may use, and one error for when disk or memory are exhausted.

DuckDB, SQLite, dbt and the system each have their own message, often deep inside another error; here it becomes
one error with advice. What is done about it elsewhere (spilling, clearing away) does not belong here.
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestration.core.errors import ResourceExhausted, SettingsInvalid
from orchestration.core.memory import available_memory

MEMORY_VARIABLE = "EMBUDO_MEMORY_LIMIT"
SHARE_OF_AVAILABLE = 0.6
"""DuckDB's share of the memory that is there; Python, dbt and the system's file cache need the rest."""

_LEAST_BYTES = 256_000_000

_NEW_OBJECTS = 1_000_000
"""New objects, less freed ones, before Python searches for cycles; its own default is 700."""

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B)", re.IGNORECASE)
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DISK_MESSAGES = (
    "no space left on device",
    "disk quota exceeded",
    "file too large",
    "database or disk is full",
    "max_temp_directory_size",
)
_DISK_FULL_BYTES = 1024 * 1024
_MEMORY_MESSAGES = ("out of memory error", "outofmemoryexception", "cannot allocate memory")


def memory_limit(*, share: float = 1.0) -> str:
    """DuckDB's memory: `EMBUDO_MEMORY_LIMIT`, else 60 % of what is available now; as DuckDB writes it.

    `share` is that of one of several connections that run at once. Raises `SettingsInvalid` where the variable is
    not an amount.
    """
    configured = os.environ.get(MEMORY_VARIABLE) or _default_memory()
    amount = _AMOUNT.fullmatch(configured.strip())
    if amount is None or not float(amount[1]):
        raise SettingsInvalid(
            f"{MEMORY_VARIABLE} is {configured!r}: expected an amount of memory, like 1500MB or 4GB."
        )
    return f"{float(amount[1]) * share:g}{amount[2]}"


def _default_memory() -> str:
    available = int(available_memory() * SHARE_OF_AVAILABLE)
    return f"{max(available, _LEAST_BYTES) // 1_000_000}MB"


def relax_garbage_collection() -> None:
    """Let Python search for cyclic garbage a thousand times less often, and not at all when it exits.

    dbt's and Dagster's objects live as long as the process, and each collection goes through them: a fifth of
    a refresh's processor time, for less than a hundredth of its memory. For processes that do one thing and
    end, not for servers.
    """
    gc.set_threshold(_NEW_OBJECTS, 20, 100)
    atexit.register(gc.freeze)


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(*, at_once: int = 1) -> int:
    """DuckDB's threads for each of so many connections or queries at once: together, one a core.

    More are slower, not faster: on two cores, two queries of two threads each took a third longer than two
    of one, because a thread that waits for a core holds locks that others wait for.
    """
    return max(1, cores() // at_once)


def as_resource_error(error: BaseException, *, at: Path | None = None) -> ResourceExhausted | None:
    """The error as `ResourceExhausted`; None where neither disk nor memory are exhausted.

    `at` is a folder on the disk in question: SQLite's "disk I/O error" means a full disk where that has no
    free space, and a broken one elsewhere.
    """
    chain = list(_chain(error))
    for cause in chain:
        if isinstance(cause, ResourceExhausted):
            return cause
    full = _disk_cause(chain, at)
    if full is not None:
        return ResourceExhausted(
            f"No space left on the disk: {_relevant_line(full)}. Nothing was published; the current "
            "release is untouched. Free some disk (`keep_releases` in embudo.yml sets how many "
            "releases are kept; `embudo doctor` shows how much a refresh needs), then run "
            "`embudo refresh`."
        )
    for cause in chain:
        if isinstance(cause, MemoryError) or _mentions(cause, _MEMORY_MESSAGES):
            return ResourceExhausted(
                f"The memory limit is reached: {_relevant_line(cause)}. Nothing was published; the current "
                f"release is untouched. Raise {MEMORY_VARIABLE} (now {memory_limit()}) in the environment, or "
                "run it where more memory is free, then run `embudo refresh`."
            )
    return None


def is_disk_full(error: BaseException) -> bool:
    """Whether an error comes from a full disk."""
    return _disk_cause(list(_chain(error)), None) is not None


def _disk_cause(chain: Sequence[BaseException], at: Path | None) -> BaseException | None:
    messages: tuple[str, ...] = _DISK_MESSAGES
    if at is not None and shutil.disk_usage(at).free < _DISK_FULL_BYTES:
        messages = (*messages, "disk i/o error")
    for cause in chain:
        if isinstance(cause, OSError) and cause.errno in _DISK_ERRORS:
            return cause
        if _mentions(cause, messages):
            return cause
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _mentions(error: BaseException, messages: tuple[str, ...]) -> bool:
    text = f"{type(error).__name__}: {error}".lower()
    return any(message in text for message in messages)


def _relevant_line(error: BaseException) -> str:
    """The line with a known message, or the first one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    relevant = [
        line
        for line in lines
        if any(w in line.lower() for w in (*_DISK_MESSAGES, *_MEMORY_MESSAGES))
    ]
    return (relevant or lines or [type(error).__name__])[0].rstrip(".")[:500]
