"""The dbt project of the working tree: its fingerprints, its cache, its seeds of history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.privacy.hash_key import KEY_VARIABLE
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace
from orchestration.transformation import project as module
from orchestration.transformation.project import (
    PARSE_CACHE_VARIABLE,
    Project,
    cache_folder,
    history_seeds,
)


def make_project(tmp_path: Path, **settings: Any) -> Project:
    home = Home.at(tmp_path / "home")
    return Project(Workspace(Settings(config_file=tmp_path / "embudo.yml", **settings), home))


def test_settings_that_models_depend_on_change_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    state = make_project(tmp_path).state
    assert make_project(tmp_path).state == state
    assert make_project(tmp_path, currency="USD").state.settings != state.settings
    monkeypatch.setenv(KEY_VARIABLE, "k" * 32)
    keyed = make_project(tmp_path).state
    assert keyed == replace(state, settings=keyed.settings, stated=keyed.stated)
    assert keyed.settings != state.settings
    assert keyed.stated.keys() - state.stated.keys() == {"privacy_key"}


def test_the_state_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path)
    state = project.state

    def read_again(**_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(module, "build_state", read_again)
    assert project.state is state


def test_the_cache_is_that_of_the_project_or_the_one_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.at(tmp_path / "home")
    monkeypatch.delenv(PARSE_CACHE_VARIABLE, raising=False)
    assert cache_folder(home).parts[-2:] == ("target", "parsed")
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    assert cache_folder(home) == home.dbt, "the project is read-only"
    monkeypatch.setenv(PARSE_CACHE_VARIABLE, str(tmp_path / "cache"))
    assert cache_folder(home) == tmp_path / "cache"


def test_seeds_of_history_are_those_above_incremental_models() -> None:
    manifest = {
        "nodes": {
            "model.embudo.fct_calls": {"config": {"materialized": "incremental"}},
            "model.embudo.stg_calls": {"config": {"materialized": "view"}},
            "model.embudo.fct_targets": {"config": {"materialized": "table"}},
            "seed.embudo.outcomes": {"config": {"materialized": "seed"}},
            "seed.embudo.targets": {"config": {"materialized": "seed"}},
        },
        "parent_map": {
            "model.embudo.fct_calls": ["model.embudo.stg_calls"],
            "model.embudo.stg_calls": ["seed.embudo.outcomes", "source.embudo.files.calls"],
            "model.embudo.fct_targets": ["seed.embudo.targets"],
        },
    }
    assert history_seeds(manifest) == {"outcomes"}
