"""What a killed run left behind: cleared away, finished, and entered in the ledger."""

from __future__ import annotations

import pytest

from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.runs import begin_refresh, recent_refreshes
from orchestration.refresh.recovery import recover
from orchestration.settings import Home
from tests.reporters import RecordingReporter
from tests.unit.publication.factories import make_candidate, make_release


def begin(home: Home, run_id: str) -> None:
    with Ledger(home.ledger) as ledger:
        begin_refresh(ledger, run_id, full=False)


def ended(home: Home) -> dict[str, tuple[str | None, str | None]]:
    """Run to its verdict and its release."""
    with Ledger(home.ledger) as ledger:
        return {run.run_id: (run.verdict, run.release_id) for run in recent_refreshes(ledger)}


def test_with_nothing_to_recover_nothing_is_reported(home: Home) -> None:
    report = RecordingReporter()
    recover(home, report)
    assert report.details == []


def test_a_killed_run_is_entered_and_its_candidate_removed(home: Home) -> None:
    begin(home, "run-1")
    make_candidate(home, "run-1", amount=1)
    report = RecordingReporter()
    recover(home, report)
    assert ended(home) == {"run-1": ("killed", None)}
    assert list(home.candidates.iterdir()) == []
    assert report.details == ["1 killed run(s) cleared away: run-1"]
    again = RecordingReporter()
    recover(home, again)
    assert again.details == []


def test_a_run_killed_after_it_published_keeps_its_release(home: Home) -> None:
    begin(home, "run-1")
    release = make_release(home, "run-1", amount=1)
    recover(home, RecordingReporter())
    assert ended(home) == {"run-1": ("pass", release.release_id)}


def test_a_publication_that_was_cut_short_is_finished(home: Home) -> None:
    begin(home, "run-1")
    release = make_release(home, "run-1", amount=1)
    home.current.unlink()
    (home.root / "publishing.json").write_text(f'{{"release_id": "{release.release_id}"}}')
    report = RecordingReporter()
    recover(home, report)
    assert home.current.readlink().name == release.release_id
    assert f"finished publishing {release.release_id}" in report.details[0]


def test_what_failed_its_gate_is_kept_for_inspection(home: Home) -> None:
    make_candidate(home, "run-1", amount=1)
    recover(home, RecordingReporter())
    assert [path.name for path in home.candidates.iterdir()] == ["run-1"]


@pytest.mark.parametrize("folder", ["releases", "candidates"])
def test_temporary_folders_are_removed(home: Home, folder: str) -> None:
    (home.root / folder / ".half.tmp").mkdir()
    recover(home, RecordingReporter())
    assert list((home.root / folder).iterdir()) == []
