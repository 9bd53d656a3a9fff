"""Files and folders that only the account which runs Embudo can read, and those that others can.

A home holds names, phones and e-mail addresses. Which of its files may be read by others belongs to their owners.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

PRIVATE_FOLDER = 0o700
OF_OTHERS = 0o077
"""The permissions of the group and of everybody else."""


def keep_private() -> None:
    """Let this process, and those that it starts, make files that no other account can read."""
    os.umask(OF_OTHERS)


def make_private(folder: Path) -> None:
    """Make a folder where there is none, and let no other account into it.

    A folder of another account stays as it is: only its owner can close it, and `embudo doctor` names it.
    """
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if folder.stat().st_mode & OF_OTHERS:
        with contextlib.suppress(PermissionError):
            folder.chmod(PRIVATE_FOLDER)


def is_open(path: Path) -> bool:
    """Whether other accounts have any permission on a file or folder; links are none."""
    return not path.is_symlink() and bool(path.stat().st_mode & OF_OTHERS)


def open_to_others(root: Path, *, sparing: Collection[str] = ()) -> Iterator[Path]:
    """`root`, its folders, and what lies in open ones, where other accounts have permissions.

    Files named in `sparing` are left out. What lies in a closed folder below `root` cannot be reached.
    """
    if is_open(root):
        yield root
    for path in sorted(root.iterdir()):
        if path.name in sparing or not is_open(path):
            continue
        if path.is_dir():
            yield from open_to_others(path, sparing=sparing)
        elif is_open(root):
            yield path
