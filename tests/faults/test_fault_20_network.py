"""Fault 20: network denied. All works on local files; nothing tries to call home (I11)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import GUARD
from tests.faults.conftest import CutOff

_REACH = {
    "an address": "import socket; socket.create_connection(('192.0.2.1', 443), timeout=1)",
    "a name": "import socket; socket.getaddrinfo('telemetry.example', 443)",
    "a page": "import urllib.request; urllib.request.urlopen('http://telemetry.example/')",
    "a datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
}


@pytest.mark.parametrize("way", list(_REACH))
def test_the_guard_refuses_and_notes_who_calls_out(way: str, tmp_path: Path) -> None:
    """I11 is seen by a guard in every process of the test run; this tests the guard itself."""
    log = tmp_path / "attempts.log"
    done = subprocess.run(
        [sys.executable, "-c", _REACH[way]],
        env=os.environ | {"EMBUDO_GUARD_LOG": str(log), "PYTHONPATH": str(GUARD)},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "guard refuses" in done.stderr
    assert log.read_text().startswith(("192.0.2.1", "telemetry.example"))


def test_the_guard_lets_this_machine_be_called(tmp_path: Path) -> None:
    log = tmp_path / "attempts.log"
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0));"
        "socket.create_connection(('localhost', s.getsockname()[1])).close()"
    )
    environment = os.environ | {"EMBUDO_GUARD_LOG": str(log), "PYTHONPATH": str(GUARD)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not log.exists()


@pytest.mark.slow
def test_without_network_and_with_telemetry_switched_on_a_refresh_works_and_calls_nobody(
    cut_off: CutOff,
) -> None:
    """I11: environment and files of the user enable telemetry of dbt, Dagster, GX and dlt; none is sent."""
    answer = cut_off.run("query", "revenue,orders,calls", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    (row,) = json.loads(answer.stdout)["rows"]
    assert row["orders"] > 0
    assert cut_off.run("status").returncode == 0
    assert cut_off.attempts.read_text() == ""
