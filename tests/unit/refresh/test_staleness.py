"""Staleness: what makes a refresh work, and what makes it rebuild history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from orchestration.core.records import RemovedStream
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.refresh.staleness import Staleness, compare, staleness_of
from orchestration.settings import Home
from orchestration.settings.project import BuildState
from tests.unit.publication.factories import make_release
from tests.unit.refresh.factories import STATE, make_project

LANDED: dict[str, list[int]] = {"l1": [], "l2": [0]}
RELEASED = replace(STATE, landed=LANDED)


def compared(
    now: BuildState = STATE,
    *,
    landed: Mapping[str, list[int]] = LANDED,
    waived: int = 0,
    history: frozenset[str] = frozenset(),
    removed: Sequence[RemovedStream] = (),
) -> Staleness:
    return compare(
        RELEASED,
        now,
        landed=landed,
        waived=waived,
        history_seeds=lambda: history,
        removed=removed,
    )


def publish_state(home: Home, state: BuildState) -> None:
    """A release that was built from a state."""
    release = make_release(home, "run-1", amount=1)
    (home.releases / release.release_id / BUILD_STATE).write_text(state.to_json())


def test_nothing_has_changed() -> None:
    assert compared() == Staleness()
    assert not compared()


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (replace(STATE, models="models-2"), "models changed"),
        (replace(STATE, settings="settings-2"), "settings changed"),
        (replace(STATE, erasures=1), "somebody was forgotten"),
    ],
)
def test_what_changes_the_past_rebuilds_history(now: BuildState, reason: str) -> None:
    assert compared(now) == Staleness((reason,), full=True)


def test_new_loads_are_added_to_history() -> None:
    assert compared(landed=LANDED | {"l3": []}) == Staleness(("1 new load(s)",))


def test_a_load_before_released_ones_rebuilds_history() -> None:
    """A quarantined load that was reinstated: incremental models have passed its place."""
    stale = compared(landed={"l0": [], **LANDED})
    assert stale == Staleness(("1 new load(s)", "1 load(s) reinstated late"), full=True)


@pytest.mark.parametrize("landed", [{"l1": [], "l2": [0, 1]}, {"l1": []}])
def test_parts_that_no_longer_count_rebuild_history(landed: dict[str, list[int]]) -> None:
    stale = compared(landed=landed)
    assert stale == Staleness(("files were re-read with another mapping",), full=True)


def test_a_stream_that_is_no_longer_named_rebuilds_history() -> None:
    removed = (RemovedStream("pbx", "calls", ("l2",), files=1, rows=9),)
    assert compared(landed={"l1": []}, removed=removed) == Staleness(
        ("embudo.yml no longer names pbx.calls",), full=True, removed=removed
    )
    renamed = compared(landed={"l1": [], "l3": []}, removed=removed)
    assert renamed.reasons == ("1 new load(s)", "embudo.yml no longer names pbx.calls")
    # another load that is gone has a reason of its own
    assert compared(landed={}, removed=removed).reasons == (
        "embudo.yml no longer names pbx.calls",
        "files were re-read with another mapping",
    )


def test_a_seed_rebuilds_history_where_incremental_models_read_it() -> None:
    edited = replace(STATE, seeds={"stages": "stages-2"})
    assert compared(edited) == Staleness(("seeds changed: stages",))
    assert compared(edited, history=frozenset({"stages"})).full
    added = replace(STATE, seeds={**STATE.seeds, "targets": "targets-1"})
    assert compared(added).reasons == ("seeds changed: targets",)


def test_seeds_of_history_are_only_wanted_where_a_seed_changed() -> None:
    """Finding them takes a parsed project, which an idle refresh must not pay for."""

    def parse() -> frozenset[str]:
        raise AssertionError("parsed")

    compare(RELEASED, STATE, landed=LANDED, waived=0, history_seeds=parse)
    models = replace(STATE, models="models-2", seeds={})
    assert compare(RELEASED, models, landed=LANDED, waived=0, history_seeds=parse).full


def test_a_waived_load_is_a_reason() -> None:
    assert compared(waived=2) == Staleness(("2 quarantined load(s) waived",))


def test_without_a_release_all_is_built(home: Home) -> None:
    stale = staleness_of(make_project(home), waivers={})
    assert stale == Staleness(("there is no release yet",), full=True)


def test_of_an_intact_release(home: Home) -> None:
    publish_state(home, STATE)
    project = make_project(home)
    assert staleness_of(project, waivers={}) == Staleness()
    requested = staleness_of(project, waivers={}, full_requested=True)
    assert requested == Staleness(("a full rebuild was requested",), full=True)
    edited = make_project(home, replace(STATE, models="models-2"))
    assert staleness_of(edited, waivers={}).reasons == ("models changed",)


def test_a_release_with_missing_files_is_a_reason_to_rebuild(home: Home) -> None:
    publish_state(home, STATE)
    (home.current / "marts.duckdb").unlink()
    stale = staleness_of(make_project(home), waivers={})
    assert stale.full
    assert stale.corruption.startswith("the current release is corrupt, so all history is rebuilt")
    assert stale.reasons == (stale.corruption,)
    assert "marts.duckdb missing" in stale.corruption


def test_comparing_twice_gives_the_same(home: Home) -> None:
    publish_state(home, STATE)
    project = make_project(home, replace(STATE, settings="settings-2"))
    assert staleness_of(project, waivers={}) == staleness_of(project, waivers={})
