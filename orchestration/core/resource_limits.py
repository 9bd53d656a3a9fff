"""What a refresh may use of memory, and what to say when memory or disk are used up.

DuckDB, SQLite, dbt and the system each say it in their own words, often deep inside another error;
here it becomes one error with advice. What is done about it elsewhere (spilling, clearing away)
does not belong here.
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from orchestration.core.errors import ResourceExhausted, SettingsInvalid

MEMORY_VARIABLE = "EMBUDO_MEMORY_LIMIT"
DEFAULT_MEMORY = "1200MB"

_NEW_OBJECTS = 1_000_000
"""So many more objects than freed ones before Python looks for cycles; its own default is 700."""

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B)", re.IGNORECASE)
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DISK_WORDS = (
    "no space left on device",
    "disk quota exceeded",
    "file too large",
    "database or disk is full",
    "max_temp_directory_size",
)
_NO_ROOM_BYTES = 1024 * 1024
_MEMORY_WORDS = ("out of memory error", "outofmemoryexception", "cannot allocate memory")


def memory_limit(*, share: float = 1.0) -> str:
    """DuckDB's memory: `EMBUDO_MEMORY_LIMIT` or 1200MB, or a share of it, as DuckDB writes it.

    Raises `SettingsInvalid` where the variable is not an amount.
    """
    given = os.environ.get(MEMORY_VARIABLE) or DEFAULT_MEMORY
    amount = _AMOUNT.fullmatch(given.strip())
    if amount is None or not float(amount[1]):
        raise SettingsInvalid(
            f"{MEMORY_VARIABLE} is {given!r}: expected an amount of memory, like 1500MB or 4GB."
        )
    return f"{float(amount[1]) * share:g}{amount[2]}"


def collect_rarely() -> None:
    """Let Python look for garbage in cycles a thousand times less often, and not at all when it ends.

    dbt's and Dagster's objects stay as long as the process does, and each look goes through them: a fifth
    of a refresh's processor time, for less than a hundredth of its memory. For processes that do one thing
    and end, not for servers.
    """
    gc.set_threshold(_NEW_OBJECTS, 20, 100)
    atexit.register(gc.freeze)


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(*, at_once: int = 1) -> int:
    """DuckDB's threads for each of so many connections or queries at once: together, one a core.

    More are slower, not faster: on two cores, two queries of two threads each took a third longer than two
    of one, because who waits for a core holds what others wait for.
    """
    return max(1, cores() // at_once)


def explained(error: BaseException, *, at: Path | None = None) -> ResourceExhausted | None:
    """The error as one that says that disk or memory are used up; None where it is about neither.

    `at` is a folder on the disk in question: SQLite's "disk I/O error" means a full one where that has
    no room left, and a broken one elsewhere.
    """
    chain = list(_chain(error))
    words: tuple[str, ...] = _DISK_WORDS
    if at is not None and shutil.disk_usage(at).free < _NO_ROOM_BYTES:
        words = (*words, "disk i/o error")
    for one in chain:
        if isinstance(one, ResourceExhausted):
            return one
        if (isinstance(one, OSError) and one.errno in _DISK_ERRORS) or _says(one, words):
            return ResourceExhausted(
                f"No space left on the disk: {_words(one)}. Nothing was published; the current "
                "release is untouched. Free some disk (`keep_releases` in embudo.yml says how many "
                "releases stay; `embudo doctor` says how much a refresh needs), then run "
                "`embudo refresh`."
            )
    for one in chain:
        if isinstance(one, MemoryError) or _says(one, _MEMORY_WORDS):
            return ResourceExhausted(
                f"The memory limit is reached: {_words(one)}. Nothing was published; the current "
                f"release is untouched. Raise {MEMORY_VARIABLE} (now "
                f"{os.environ.get(MEMORY_VARIABLE) or DEFAULT_MEMORY}) in the environment, then run "
                "`embudo refresh`."
            )
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    text = f"{type(error).__name__}: {error}".lower()
    return any(word in text for word in words)


def _words(error: BaseException) -> str:
    """The line that says it, or the first one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [
        line for line in lines if any(w in line.lower() for w in (*_DISK_WORDS, *_MEMORY_WORDS))
    ]
    return (telling or lines or [type(error).__name__])[0].rstrip(".")[:500]
