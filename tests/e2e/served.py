"""`embudo serve` as a process of its own, and a client with a token."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from tests.conftest import ROOT, Embudo


@dataclass(frozen=True)
class Served:
    """A server that runs, and a token of it."""

    process: subprocess.Popen[str]
    url: str
    flight_url: str
    token: str

    def get(self, path: str, **parameters: str) -> requests.Response:
        """A GET with the token."""
        headers = {"authorization": f"Bearer {self.token}"}
        return requests.get(f"{self.url}{path}", params=parameters, headers=headers, timeout=60)

    def as_caller(self, token: str) -> Served:
        """The same server with another token."""
        return replace(self, token=token)


@contextmanager
def serving(company: Embudo, name: str) -> Iterator[Served]:
    """Serve a company's home on a free port, with a token of this name; stops it at the end."""
    token = company("token", "create", name).stdout.strip()
    command = [
        str(Path(sys.executable).with_name("embudo")),
        "serve",
        "--port",
        "0",
        "--flight-port",
        "0",
    ]
    process = subprocess.Popen(
        [*command, "--home", str(company.home)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert process.stderr is not None
    try:
        printed = ""
        while not (found := re.search(r"REST +(\S+)/api/v1.*Flight SQL +(\S+)", printed, re.S)):
            line = process.stderr.readline()
            assert line, f"embudo serve ended with {process.wait()}: {printed}"
            printed += line
        # A pipe that nobody empties would stop the server.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Served(process, found[1], found[2], token)
    finally:
        process.terminate()
        process.wait(timeout=30)
