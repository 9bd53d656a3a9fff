"""What a killed publish or prune left behind: finished where it is intact, else cleared away."""

from __future__ import annotations

import json

import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.publication.layout import intent_of
from orchestration.publication.recovery import Recovered, recover
from orchestration.settings import Home
from tests.unit.publication.factories import amount_in, make_candidate, make_release
from tests.unit.refresh.factories import corrupt

pytestmark = pytest.mark.slow


def intend(home: Home, release_id: str) -> None:
    intent_of(home).write_text(json.dumps({"release_id": release_id}))


def test_an_intact_home_is_left_alone(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    assert recover(home) == Recovered()
    assert amount_in(home.current) == (1, 1)


def test_a_release_that_was_renamed_and_not_switched_to_becomes_current(home: Home) -> None:
    first = make_release(home, "run-1", amount=1)
    second = make_release(home, "run-2", amount=2)
    home.current.unlink()
    home.current.symlink_to(f"releases/{first.release_id}")
    intend(home, second.release_id)
    assert recover(home).finished == second.release_id
    assert amount_in(home.current) == (2, 2)
    assert recover(home) == Recovered(), "doing it twice changes nothing"


def test_a_corrupt_release_is_not_finished_and_goes(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    second = make_release(home, "run-2", amount=2)
    corrupt(home.releases / second.release_id / "marts.duckdb")
    intend(home, second.release_id)
    recovered = recover(home)
    assert recovered.finished == ""
    assert recovered.removed == (f"releases/.{second.release_id}.tmp",)
    assert not (home.releases / second.release_id).exists()
    assert not intent_of(home).exists()


@pytest.mark.parametrize("text", ["", "{", '{"release_id": "gone"}', "[]"])
def test_an_intent_that_leads_to_nothing_is_dropped(home: Home, text: str) -> None:
    make_release(home, "run-1", amount=1)
    intent_of(home).write_text(text)
    assert recover(home) == Recovered()
    assert amount_in(home.current) == (1, 1)
    assert not intent_of(home).exists()


def test_candidates_of_killed_runs_go_and_those_that_failed_stay(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    make_candidate(home, "run-2", amount=2)
    make_candidate(home, "run-3", amount=3)
    assert recover(home, killed=["run-2", "run-9"]).removed == ("candidates/run-2",)
    assert [path.name for path in home.candidates.iterdir()] == ["run-3"]


def test_only_our_own_temporary_files_go(home: Home) -> None:
    make_release(home, "run-1", amount=1)
    (home.root / ".current-1.tmp").symlink_to("releases/x")
    (home.root / "notes.tmp").write_text("somebody else's")
    (home.releases / ".half.tmp").mkdir()
    assert set(recover(home).removed) == {
        f"{home.root.name}/.current-1.tmp",
        "releases/.half.tmp",
    }
    assert (home.root / "notes.tmp").exists()


def test_a_current_that_is_no_link_is_an_error(home: Home) -> None:
    home.prepare().current.mkdir()
    with pytest.raises(ReleaseCorrupt, match="current"):
        recover(home)
