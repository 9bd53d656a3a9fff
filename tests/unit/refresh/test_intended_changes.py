"""What was changed on purpose since a release, from what it was built from."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from orchestration.quality.intended_changes import IntendedChanges
from orchestration.refresh.intended_changes import intended_changes, stated_mappings
from orchestration.settings import Settings
from orchestration.settings.project import BuildState
from orchestration.settings.workspace import Workspace
from tests.unit.ingestion.factories import Company
from tests.unit.refresh.factories import STATE, StubProject, make_context

MODEL = {"raw_code": "select 1", "name": "fct_deals", "depends_on": {"macros": ["macro.m"]}}
MANIFEST: dict[str, Any] = {
    "nodes": {"model.embudo.fct_deals": MODEL, "seed.embudo.stages": {"name": "stages"}},
    "macros": {"macro.m": {"macro_sql": "1"}},
}


class _Project(StubProject):
    @cached_property
    def manifest(self) -> dict[str, Any]:
        return MANIFEST


@pytest.fixture
def company(tmp_path: Path) -> Company:
    columns = {"user_id": "id", "full_name": "name"}
    return Company(tmp_path).map("users", {"files": "u.csv", "columns": columns})


def release(company: Company, state: BuildState, manifest: dict[str, Any] = MANIFEST) -> Path:
    folder = company.root / "R1"
    folder.mkdir(exist_ok=True)
    (folder / "build.json").write_text(state.to_json(), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def changes(company: Company, previous: Path | None, state: BuildState = STATE) -> IntendedChanges:
    project = _Project(
        Workspace(settings=company.settings(), home=company.home), chosen_state=state
    )
    return intended_changes(make_context(company.home, project=project), previous)


def state_of(settings: Settings) -> BuildState:
    return replace(STATE, mappings=stated_mappings(settings), stated={"currency": "EUR"})


def test_without_a_release_or_what_an_older_one_does_not_say_nothing_changed(
    company: Company,
) -> None:
    assert not changes(company, None)
    assert not changes(company, release(company, STATE), replace(STATE, stated={"currency": "EUR"}))


def test_a_mapping_a_setting_a_seed_and_a_model_that_are_others(company: Company) -> None:
    state = state_of(company.settings())
    previous = release(company, state)
    assert not changes(company, previous, state)

    company.source["time_zone"] = "America/Mexico_City"
    assert changes(company, previous, state) == IntendedChanges(
        "R1", mappings=frozenset({("crm", "users")})
    )
    del company.source["time_zone"]
    assert changes(company, previous, replace(state, stated={"currency": "MXN"})).settings == (
        "currency",
    )
    seeds = changes(company, previous, replace(state, seeds={"stages": "stages-2"}))
    assert seeds.nodes == {"seed.embudo.stages"}
    edited = replace(state, models="models-2")
    assert not changes(company, previous, edited), "a description was edited, and no SQL"
    other_sql = MANIFEST | {"nodes": {"model.embudo.fct_deals": MODEL | {"raw_code": "select 2"}}}
    other_macro = MANIFEST | {"macros": {"macro.m": {"macro_sql": "2"}}}
    for manifest in (other_sql, other_macro):
        found = changes(company, release(company, state, manifest), edited)
        assert found.nodes == {"model.embudo.fct_deals"}


def test_a_source_that_is_new_has_nothing_to_compare(company: Company) -> None:
    state = replace(state_of(company.settings()), mappings={})
    assert not changes(company, release(company, state), state)
