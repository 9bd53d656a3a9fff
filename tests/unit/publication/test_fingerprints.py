"""A fingerprint changes with what DuckDB writes, and takes milliseconds."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.publication import current_release, release_directory, verify_release
from orchestration.publication.fingerprints import WHOLE_BYTES, fingerprint
from orchestration.settings import Home
from tests.unit.publication.factories import make_release

pytestmark = pytest.mark.slow


def test_a_large_database_that_is_edited_has_another_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "large.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table t as select hash(range) as h, range as n from range(4000000)"
        )
    assert path.stat().st_size > WHOLE_BYTES
    began = time.perf_counter()
    before = fingerprint(path)
    assert time.perf_counter() - began < 0.5
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("select max(h) from t")
    assert fingerprint(path) == before, "reading changes nothing"
    with duckdb.connect(str(path)) as connection:
        connection.execute("update t set h = 1 where n = 77")
    assert fingerprint(path) != before


@pytest.mark.parametrize("name", ["marts.duckdb", "warehouse.duckdb", "semantic_manifest.json"])
def test_a_release_that_was_edited_is_not_read(tmp_path: Path, name: str) -> None:
    home = Home.at(tmp_path).prepare()
    first = make_release(home, "run-1", amount=10).release_id
    last = make_release(home, "run-2", amount=20).release_id
    path = home.release(last) / name
    path.chmod(0o644)
    if name.endswith(".json"):
        path.write_text("[]")
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table edited as select 1 as one")
    for read in (
        lambda: release_directory(home),
        lambda: release_directory(home, last),
        lambda: current_release(home),
    ):
        with pytest.raises(ReleaseCorrupt, match=rf"was changed after it was published: {name}"):
            read()
    with pytest.raises(ReleaseCorrupt, match=f"{name} was changed"):
        verify_release(home, last, hashing=False)
    assert release_directory(home, first) == home.release(first)
    verify_release(home, first, hashing=False)
