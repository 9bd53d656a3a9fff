"""One refresh at a time.

The lock is `flock` on a file of our own: the kernel lets go of it when its holder ends, however it
ends, so whether a lock is live is found out by requesting it, not by reading the
file. The text in the file only names the holder. Locks on database files are DuckDB's and do
not belong here.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from orchestration.core.errors import RefreshRunning
from orchestration.core.private_files import keep_private, make_private
from orchestration.settings import Home


@contextlib.contextmanager
def refresh_lock(home: Home, *, run_id: str) -> Iterator[None]:
    """Lock the home for one refresh, rollback or repair. What its holder writes is for its own account alone.

    Raises `RefreshRunning` at once where another process, or this one, holds it.
    """
    keep_private()
    make_private(home.root)
    descriptor = os.open(home.refresh_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefreshRunning(_who_holds(home.refresh_lock)) from None
        _write(descriptor, _holder(run_id))
        try:
            yield
        finally:
            _write(descriptor, {})
    finally:
        os.close(descriptor)


def lock_holder(home: Home) -> Mapping[str, str] | None:
    """Who holds the lock now (pid, host, user, since, run_id, command); None where nobody does."""
    try:
        descriptor = os.open(home.refresh_lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(home.refresh_lock)
    else:
        return None
    finally:
        os.close(descriptor)


def _holder(run_id: str) -> dict[str, str]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return {
        "pid": str(os.getpid()),
        "host": socket.gethostname(),
        "user": user,
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "run_id": run_id,
        "command": " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:]]),
    }


def _write(descriptor: int, holder: Mapping[str, str]) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(dict(holder)).encode() if holder else b"", 0)


def _read(path: Path) -> dict[str, str]:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {str(key): str(value) for key, value in holder.items()} if isinstance(holder, dict) else {}
    )


def _who_holds(path: Path) -> str:
    holder = _read(path)
    get = holder.get
    pid = get("pid", "")
    message = (
        f"Another refresh is running: expected {path} to be free, found it held by pid "
        f"{pid or 'unknown'} on "
        f"{get('host', 'an unknown host')}, user {get('user', 'unknown')}, since "
        f"{get('since', 'an unknown time')}, "
        f"run {get('run_id', 'unknown')}, command `{get('command', 'unknown')}`. "
    )
    others = [other for other in _processes_with(path) if other != pid]
    if get("host") == socket.gethostname() and pid and not Path(f"/proc/{pid}").exists() and others:
        return message + (
            f"That process has ended, but its child {', '.join(others)} still holds the lock: "
            "end it "
            f"(`kill {' '.join(others)}`), then refresh again."
        )
    return message + "Nothing was changed. Wait for it to end, or stop it, then refresh again."


def _processes_with(path: Path) -> list[str]:
    """Other processes that have `path` open, where /proc lists them."""
    processes: list[str] = []
    wanted = os.path.realpath(path)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.name != str(os.getpid()) and any(
                str(handle.readlink()) == wanted for handle in (process / "fd").iterdir()
            ):
                processes.append(process.name)
    return processes
