"""Files that survive a power cut: written under a temporary name, synced, renamed, and their folder synced."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp-"


def temporary(final: Path) -> Path:
    """A name in the same folder that no reader opens."""
    return final.with_name(f"{TEMPORARY}{os.getpid()}-{final.name}")


@contextmanager
def writing(final: Path) -> Iterator[Path]:
    """A file to write to, which gets its final name once it is complete, and is removed where it is not."""
    partial = temporary(final)
    try:
        yield partial
        settle(partial, final)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def settle(written: Path, final: Path) -> None:
    """Make a written file durable under its final name."""
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(final)
    sync_folder(final.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that their names survive too."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_unlisted(folder: Path, *, listed: Collection[str]) -> list[Path]:
    """Remove Parquet files that are not `listed` by stem, and temporary ones; returns them."""
    removed = []
    for path in folder.rglob("*"):
        is_temporary = path.name.startswith(TEMPORARY)
        if path.is_file() and (
            is_temporary or (path.suffix == ".parquet" and path.stem not in listed)
        ):
            path.unlink()
            removed.append(path)
    return removed
