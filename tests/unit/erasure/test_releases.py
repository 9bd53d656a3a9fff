"""A person taken out of releases: each takes another id, is intact, and readers follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import Erasure, ReleaseWarning
from orchestration.erasure.releases import erase_releases
from orchestration.privacy.data_subject import DataSubject
from orchestration.publication import current_release, publish, releases, verify_release
from orchestration.settings import Home
from tests.unit.publication.factories import REQUIRED, make_candidate, make_release
from tests.unit.refresh.factories import corrupt

pytestmark = pytest.mark.slow

ERASURE = Erasure(erasure_id="forget-1", at="2026-07-01T00:00:00+00:00", by="ana")
PERSON = DataSubject(emails=("ana@example.com",), subjects={"contacts": ("crm:1",)})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def test_every_release_is_replaced_once(home: Home) -> None:
    first = make_release(home, "run-1", amount=1).release_id
    second = make_release(home, "run-2", amount=2).release_id
    done = erase_releases(home, PERSON, ERASURE, memory_limit="200MB")
    assert set(done) == {f"{first}-e1", f"{second}-e1"}
    assert [release.release_id for release in releases(home)] == [f"{second}-e1", f"{first}-e1"]
    current = current_release(home)
    assert current is not None and current.release_id == f"{second}-e1"
    (note,) = current.erasures
    assert (note.erasure_id, note.rows) == ("forget-1", done[current.release_id])
    for release in releases(home):
        verify_release(home, release.release_id)
    assert erase_releases(home, PERSON, ERASURE, memory_limit="200MB") == {}


def test_a_second_person_makes_a_second_generation(home: Home) -> None:
    release_id = make_release(home, "run-1", amount=1).release_id
    erase_releases(home, PERSON, ERASURE, memory_limit="200MB")
    other = Erasure(erasure_id="forget-2", at="2026-07-02T00:00:00+00:00", by="ana")
    erase_releases(home, DataSubject(emails=("bea@example.com",)), other, memory_limit="200MB")
    (release,) = releases(home)
    assert release.release_id == f"{release_id}-e2"
    assert [note.erasure_id for note in release.erasures] == ["forget-1", "forget-2"]


def test_a_corrupt_release_is_named_and_kept(home: Home) -> None:
    release_id = make_release(home, "run-1", amount=1).release_id
    corrupt(home.releases / release_id / "marts.duckdb")
    with pytest.raises(ReleaseCorrupt, match="does not match its checksum"):
        erase_releases(home, PERSON, ERASURE, memory_limit="200MB")
    assert (home.releases / release_id).is_dir()


def test_what_a_release_quotes_in_its_warnings_is_scrubbed(home: Home) -> None:
    warning = ReleaseWarning(
        check="loads.rejected_files", subject="crm.calls", observed="calls of ana@example.com rejected",
        expected="every file lands", remedy="Ask ana@example.com.", waiver="eva: ana@example.com",
    )  # fmt: skip
    candidate = make_candidate(home, "run-1", amount=1)
    publish(home, candidate, required_checks=REQUIRED, warnings=(warning,))
    erase_releases(home, PERSON, ERASURE, memory_limit="200MB")
    (release,) = releases(home)
    assert "ana@example.com" not in str(release)
    assert (release.warnings[0].title, release.warnings[0].expected) == (
        "loads.rejected_files on crm.calls",
        "every file lands",
    )
