"""How much memory this process can still get: of the machine, or of the container that it runs in.

What share of it DuckDB takes belongs to `resource_limits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/proc/self/cgroup")
ROOT = Path("/sys/fs/cgroup")

_FILES = {
    # the second version of Linux's control groups, and the first
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


def available_memory(*, groups: Path = GROUPS, root: Path = ROOT) -> int:
    """Bytes that are free on the machine or can be freed, and no more than its control groups allow."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_left_in_groups(groups, root)])


def _left_in_groups(groups: Path, root: Path) -> Iterator[int]:
    """What each limit on this process leaves; nothing on systems without control groups."""
    try:
        lines = groups.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        names = [name for name in controllers.split(",") if name in _FILES]
        for name in names:
            top = root / name
            group = top / path.lstrip("/")
            # A group's limit holds for the groups within it; a container sees its own as the topmost.
            for folder in (group, *group.parents):
                if folder.is_relative_to(top):
                    yield from _left_in(folder, *_FILES[name])


def _left_in(folder: Path, limit: str, usage: str, cached: str) -> Iterator[int]:
    """What a group's limit leaves, files that the system only caches counted as free."""
    try:
        most, used = int((folder / limit).read_text()), int((folder / usage).read_text())
        facts = dict(
            line.split(" ", 1) for line in (folder / "memory.stat").read_text().splitlines()
        )
    except (OSError, ValueError):  # `max` is no limit
        return
    yield max(most - used + int(facts.get(cached, 0)), 0)
