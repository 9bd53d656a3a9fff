"""Copying, hashing and syncing files, never one that this process has open.

DuckDB's lock on a database is POSIX: closing any handle to the file in the writing process drops
it, and a second writer then loses or overwrites tables without an error. So `assert_closed` stands
before each copy and each hash. dbt runs in the refresh's process; `transformation.Dbt` closes
dbt-duckdb's connections at the end of every command, which is what makes these calls legal
afterwards. What the files mean does not belong here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from orchestration.core.errors import PublicationRefused, ResourceExhausted
from orchestration.core.resource_limits import as_resource_error

_FICLONE = 0x40049409
"""ioctl of Linux: let the copy share the blocks of the original (btrfs, XFS)."""


def assert_closed(path: Path) -> None:
    """Raise `PublicationRefused` where this process has a handle open on `path`."""
    if open_handles(path):
        raise PublicationRefused(
            f"{path.name} is still open in this process (pid {os.getpid()}); expected every "
            "connection to "
            f"{path} to be closed before it is copied or hashed. Close the connection, then "
            "refresh again."
        )


def open_handles(path: Path) -> tuple[int, ...]:
    """The descriptors of this process that are open on `path`; none where it does not exist."""
    try:
        wanted = path.stat()
    except FileNotFoundError:
        return ()
    listing = Path("/proc/self/fd") if Path("/proc/self/fd").is_dir() else Path("/dev/fd")
    handles = []
    for handle in listing.iterdir():
        with contextlib.suppress(OSError):
            status = os.fstat(int(handle.name))
            if (status.st_dev, status.st_ino) == (wanted.st_dev, wanted.st_ino):
                handles.append(int(handle.name))
    return tuple(handles)


def wal_of(path: Path) -> Path:
    """Where DuckDB keeps the log of changes that are not yet in `path`."""
    return path.with_name(path.name + ".wal")


def refuse_wal(path: Path) -> None:
    """Raise `PublicationRefused` where a `.wal` stands beside `path`: it is never replayed."""
    wal = wal_of(path)
    if os.path.lexists(wal):
        raise PublicationRefused(
            f"{wal} stands beside {path.name}: expected none, since a writer that ends well "
            "leaves none. It may "
            "belong to another state of the file, so it is not replayed. Find out who wrote it, "
            f"move {wal.name} "
            "away, then run `embudo refresh` (or `embudo rollback` where it stands in a release)."
        )


def copy_file(source: Path, target: Path) -> None:
    """Copy a file, sharing blocks where the file system can; the copy is writable.

    Raises `PublicationRefused` where the disk is full or the file is open in this process.
    """
    assert_closed(source)
    with disk_full_as_error(target):
        if not _clone(source, target):
            shutil.copyfile(source, target)
        target.chmod(0o600)
    copied_size, expected = target.stat().st_size, source.stat().st_size
    if copied_size != expected:
        raise PublicationRefused(
            f"{source} changed while it was copied: expected {expected} bytes, found {copied_size}. "
            "Run the refresh again."
        )


def sha256(path: Path) -> str:
    """The checksum of a file that this process does not have open."""
    assert_closed(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Force a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, text: str) -> None:
    """Write a small file under a temporary name, force it to disk and rename it."""
    temporary = path.with_name(f".{path.name}.tmp")
    with disk_full_as_error(path):
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync(path.parent)


@contextlib.contextmanager
def disk_full_as_error(target: Path) -> Iterator[None]:
    """Turn a full disk into `ResourceExhausted`, which names the file."""
    try:
        yield
    except Exception as error:
        exhausted = as_resource_error(error)
        if exhausted is None:
            raise
        free = shutil.disk_usage(target.parent).free
        raise ResourceExhausted(
            f"{target} cannot be written, {free:,} bytes are free. {exhausted}"
        ) from error


def _clone(source: Path, target: Path) -> bool:
    with source.open("rb") as origin, target.open("wb") as copy:
        try:
            fcntl.ioctl(copy.fileno(), _FICLONE, origin.fileno())
        except OSError:
            return False
    return True
