"""Fault 3: a stale `.wal` beside a target file is refused, never replayed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.core.errors import PublicationRefused, ReleaseCorrupt
from orchestration.publication import prepare_candidate, publish, rollback, seal
from orchestration.settings import Home
from semantic_layer.layer import SemanticLayer
from tests.unit.publication.factories import (
    REQUIRED,
    amount_in,
    build,
    make_candidate,
    make_release,
)

KILLED_WRITER = """
import duckdb, os, signal, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set checkpoint_threshold = '1TB'")
connection.execute("update customer.fct_orders set net_amount = -1")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def _kill_a_writer_of(path: Path) -> Path:
    """A real `.wal`: a process that had committed to `path` is killed before its checkpoint."""
    writer = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)], check=False)
    assert writer.returncode == -signal.SIGKILL
    wal = path.with_name(path.name + ".wal")
    assert wal.stat().st_size > 0
    return wal


def test_beside_the_current_release(home: Home) -> None:
    release = make_release(home, "run-1", amount=10)
    marts = home.releases / release.release_id / "marts.duckdb"
    marts.chmod(0o644)
    wal = _kill_a_writer_of(marts)
    before = wal.read_bytes()

    with pytest.raises(PublicationRefused, match=r"marts\.duckdb\.wal"):
        prepare_candidate(home, "run-2", full=False)

    assert wal.read_bytes() == before, "refused, not replayed"
    assert not (home.candidates / "run-2").exists()
    wal.unlink()
    assert amount_in(home.current) == (10, 10)


def test_beside_a_candidate_of_the_same_run(home: Home) -> None:
    candidate = prepare_candidate(home, "run-1", full=True)
    build(candidate, amount=10)
    wal = _kill_a_writer_of(candidate.marts)
    with pytest.raises(PublicationRefused, match=r"marts\.duckdb\.wal"):
        prepare_candidate(home, "run-1", full=True)
    with pytest.raises(PublicationRefused, match=r"marts\.duckdb\.wal"):
        seal(candidate)
    assert wal.exists()
    prepare_candidate(home, "run-2", full=True)


def test_beside_a_signed_candidate(home: Home) -> None:
    make_release(home, "run-1", amount=10)
    candidate = make_candidate(home, "run-2", amount=20)
    _kill_a_writer_of(candidate.marts)
    with pytest.raises(PublicationRefused, match=r"marts\.duckdb\.wal"):
        publish(home, candidate, required_checks=REQUIRED)
    assert amount_in(home.current) == (10, 10)


def test_beside_a_release_that_is_rolled_back_to(home: Home) -> None:
    first = make_release(home, "run-1", amount=10)
    make_release(home, "run-2", amount=20)
    marts = home.releases / first.release_id / "marts.duckdb"
    marts.chmod(0o644)
    _kill_a_writer_of(marts)
    with pytest.raises(ReleaseCorrupt, match=r"marts\.duckdb\.wal stands beside"):
        rollback(home)
    assert amount_in(home.current) == (20, 20)


def test_beside_a_release_that_is_read(home: Home) -> None:
    """DuckDB replays a log into what a read-only connection sees."""
    release = make_release(home, "run-1", amount=10)
    marts = home.releases / release.release_id / "marts.duckdb"
    marts.chmod(0o644)
    _kill_a_writer_of(marts)
    with pytest.raises(ReleaseCorrupt, match=r"marts\.duckdb\.wal stands beside"):
        SemanticLayer.open(home.current)


def test_released_files_are_not_writable_by_their_owner(home: Home) -> None:
    """What keeps a curious user from making such a `.wal` by opening a release for writing."""
    release = make_release(home, "run-1", amount=10)
    for path in (home.releases / release.release_id).iterdir():
        assert not os.stat(path).st_mode & 0o222
