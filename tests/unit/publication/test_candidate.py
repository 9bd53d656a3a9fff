"""The candidate of a refresh: a copy or new files, sealed, and old ones cleared away."""

from __future__ import annotations

import hashlib

import duckdb
import pytest

from orchestration.core.errors import PublicationRefused
from orchestration.publication import clean_candidates, open_candidate, prepare_candidate, seal
from orchestration.publication.candidate import remove_candidate
from orchestration.settings import Home
from tests.unit.publication.factories import amount_in, make_candidate, make_release


def test_a_candidate_is_a_copy_of_the_release_unless_all_is_rebuilt(home: Home) -> None:
    release_id = make_release(home, "run-1", amount=10).release_id
    copy = prepare_candidate(home, "run-2", full=False)
    assert (copy.full, copy.based_on) == (False, release_id)
    assert amount_in(copy.directory) == (10, 10)
    new = prepare_candidate(home, "run-3", full=True)
    assert (new.full, new.based_on) == (True, "")
    with duckdb.connect(str(new.marts), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchone() == (0,)


def test_a_run_that_begins_again_begins_with_a_clean_candidate(home: Home) -> None:
    first = make_candidate(home, "run-1", amount=10)
    again = prepare_candidate(home, "run-1", full=True)
    assert again.directory == first.directory
    assert not again.receipt.exists()
    assert list(again.artifacts.iterdir()) == []


def test_sealing_returns_the_checksums_of_complete_files(home: Home) -> None:
    candidate = prepare_candidate(home, "run-1", full=True)
    with duckdb.connect(str(candidate.marts)) as connection:
        connection.execute("create table t as select 1 as x")
    files = seal(candidate)
    assert files == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (candidate.warehouse, candidate.marts)
    }
    assert not candidate.marts.with_name("marts.duckdb.wal").exists()


@pytest.mark.parametrize("name", ["warehouse.duckdb", "marts.duckdb"])
def test_a_wal_beside_the_release_or_the_candidate_is_refused(home: Home, name: str) -> None:
    make_release(home, "run-1", amount=10)
    wal = home.current.resolve() / f"{name}.wal"
    wal.write_bytes(b"stale")
    with pytest.raises(PublicationRefused, match=rf"{name}\.wal"):
        prepare_candidate(home, "run-2", full=False)
    wal.unlink()
    candidate = prepare_candidate(home, "run-2", full=False)
    (candidate.directory / f"{name}.wal").write_bytes(b"stale")
    with pytest.raises(PublicationRefused, match=rf"{name}\.wal"):
        seal(candidate)


def test_a_candidate_is_opened_and_removed_by_its_run(home: Home) -> None:
    made = make_candidate(home, "run-1", amount=10)
    assert open_candidate(home, "run-1").directory == made.directory
    assert remove_candidate(home, "run-1")
    assert not remove_candidate(home, "run-1")
    assert list(home.candidates.iterdir()) == []
    with pytest.raises(PublicationRefused, match="has no candidate"):
        open_candidate(home, "run-1")


def test_files_are_made_in_a_format_that_knows_its_own_wal(home: Home) -> None:
    candidate = prepare_candidate(home, "run-1", full=False)
    assert candidate.full
    with duckdb.connect() as connection:
        connection.execute(f"attach '{candidate.marts}' as made (read_only)")
        tags = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'made'"
        ).fetchall()
    assert tags == [("v1.4.0+",)]


def test_old_candidates_and_leftovers_go(home: Home) -> None:
    for run in range(4):
        prepare_candidate(home, f"run-{run}", full=True, kept=10)
    (home.candidates / ".half.tmp").mkdir()
    (home.candidates / "stray.txt").write_text("x")
    clean_candidates(home, kept=2)
    assert len(list(home.candidates.iterdir())) == 2


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", ".hidden", "a" * 200])
def test_a_run_id_cannot_lead_out_of_its_folder(home: Home, run_id: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        prepare_candidate(home, run_id, full=True)
