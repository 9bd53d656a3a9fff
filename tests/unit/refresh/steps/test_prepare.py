"""The candidate: a copy of the verified release, or new files."""

from __future__ import annotations

import json

import duckdb
import pytest

from orchestration.core.errors import PublicationRefused
from orchestration.refresh.staleness import Staleness
from orchestration.refresh.steps.prepare import prepare, reopen
from orchestration.settings import Home
from tests.unit.publication.factories import amount_in, make_release
from tests.unit.refresh.factories import corrupt, make_context

NEW_LOAD = Staleness(("1 new load(s)",))


@pytest.fixture
def released(home: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """A release whose semantic manifest has no saved queries."""
    monkeypatch.setattr("semantic_layer.exports.exports_of", lambda *_, **__: ())
    return make_release(home, "run-0", amount=7).release_id


def test_a_copy_of_the_release_that_shows_what_has_landed(home: Home, released: str) -> None:
    prepared = prepare(make_context(home), NEW_LOAD)
    assert prepared.staleness == NEW_LOAD
    assert prepared.candidate.based_on == released
    assert prepared.baseline.directory == home.releases / released
    assert amount_in(prepared.candidate.directory) == (7, 7)
    with duckdb.connect(str(prepared.candidate.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from landing.loads").fetchone() == (0,)
        assert connection.execute("select count(*) from landing.settings").fetchone() == (1,)


def test_new_files_where_history_is_rebuilt(home: Home, released: str) -> None:
    prepared = prepare(make_context(home), Staleness(("models changed",), full=True))
    assert prepared.candidate.full
    assert prepared.baseline.directory == home.releases / released, "still compared with"
    with duckdb.connect(str(prepared.candidate.marts), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchone() == (0,)


def test_a_corrupt_release_is_found_by_its_checksum_and_all_is_rebuilt(
    home: Home, released: str
) -> None:
    corrupt(home.releases / released / "marts.duckdb")
    prepared = prepare(make_context(home), NEW_LOAD)
    assert prepared.candidate.full
    assert prepared.staleness.full
    assert prepared.staleness.reasons == (*NEW_LOAD.reasons, prepared.baseline.corruption)
    assert "marts.duckdb does not match its checksum" in prepared.staleness.corruption


def test_a_step_alone_has_no_candidate_to_open(home: Home) -> None:
    with pytest.raises(PublicationRefused, match="Run run-1 has no candidate"):
        reopen(make_context(home), NEW_LOAD)


def test_a_candidate_of_another_process_is_opened(home: Home, released: str) -> None:
    context = make_context(home)
    made = prepare(context, NEW_LOAD)
    opened = reopen(context, NEW_LOAD)
    assert opened.candidate.directory == made.candidate.directory
    assert opened.baseline == made.baseline
    assert json.loads((home.current / "release.json").read_text())["release_id"] == released
