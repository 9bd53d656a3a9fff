"""A guard at every Python process of a test run: nobody is called but this machine (I11).

Python imports this file when it starts, wherever it finds it on its path, so `embudo`'s own processes are guarded
too. An attempt to reach another machine is refused and written down; `tests/conftest.py` fails the run for it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

LOG = "EMBUDO_GUARD_LOG"
_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", "0.0.0.0", "::"}


def is_local(host: Any) -> bool:
    """Whether a host is this machine: a loopback address, its name, or no host at all."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or str(name).lower() in {*_LOCAL_NAMES, socket.gethostname().lower()}:
        return True
    try:
        return ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False


def note(host: Any) -> None:
    """Write an attempt down and refuse it."""
    path = os.environ.get(LOG)
    if path:
        line = f"{host} from {' '.join(sys.argv)[:200]}\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    raise OSError(f"the tests' guard refuses {host}: nothing may call another machine")


def _reached(address: Any) -> None:
    if isinstance(address, tuple) and not is_local(address[0]):
        note(address[0])


def install() -> None:
    """Put the guard before every way in which Python reaches out."""
    if getattr(socket, "embudo_guarded", False):
        return
    socket.embudo_guarded = True  # type: ignore[attr-defined]

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto"):
            _reached(arguments[1])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not is_local(arguments[0]):
            note(arguments[0])

    sys.addaudithook(audit)


if os.environ.get(LOG):
    install()
