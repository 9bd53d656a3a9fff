"""Fingerprints of what analysts edit, and metrics that a test names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.settings import project
from orchestration.settings.project import BuildState, build_state, names_in_tests, require_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: x\nvars: {conversation_seconds: 30}\n")
    for name, text in (
        ("models/core/dim_reps.sql", "select 1"),
        ("dbt_project/macros/m.sql", "{% macro m() %}1{% endmacro %}"),
        ("seeds/stages.csv", "stage\nNew\n"),
        ("seeds/_seeds.yml", "seeds: []\n"),
        ("models/notes.md", "not read"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("models/core/dim_reps.sql", "models"),
        ("dbt_project/macros/m.sql", "models"),
        ("seeds/_seeds.yml", "models"),
        ("seeds/stages.csv", "seeds"),
        ("models/notes.md", ""),
    ],
)
def test_an_edit_changes_the_part_that_it_concerns(root: Path, file: str, part: str) -> None:
    before = build_state(root=root, settings={})
    (root / file).write_text("edited")
    after = build_state(root=root, settings={})
    changed = {
        name
        for name in ("models", "seeds", "settings")
        if getattr(before, name) != getattr(after, name)
    }
    assert changed == ({part} if part else set())


def test_vars_and_settings_are_part_of_the_state(root: Path) -> None:
    before = build_state(root=root, settings={"currency": "EUR"})
    assert before.variables == {"conversation_seconds": "30"}
    assert build_state(root=root, settings={"currency": "EUR"}) == before
    assert build_state(root=root, settings={"currency": "USD"}).settings != before.settings


def test_a_renamed_model_is_another_project(root: Path) -> None:
    before = build_state(root=root, settings={})
    (root / "models/core/dim_reps.sql").rename(root / "models/core/dim_agents.sql")
    assert build_state(root=root, settings={}).models != before.models


def test_a_state_is_read_back_and_another_file_is_none(tmp_path: Path) -> None:
    state = BuildState("m", {"stages": "s"}, "x", landed={"l1": [2]}, variables={"a": "1"})
    path = tmp_path / "build.json"
    path.write_text(state.to_json())
    assert BuildState.read(path) == state
    assert BuildState.read(tmp_path / "none.json") is None
    for text in ("{", '{"models": "m"}', replace(state, seeds=[]).to_json()):  # type: ignore[arg-type]
        path.write_text(text)
        assert BuildState.read(path) is None


def test_a_folder_that_is_no_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=str(tmp_path)):
        require_project(tmp_path)


def test_metrics_that_a_test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an oracle's heading, in SQL, in a text of Python; not in a comment of SQL or as a name of Python."""
    for name in ("PROJECT_ROOT", "CHECKOUT"):
        monkeypatch.setattr(project, name, tmp_path)
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "oracle.sql").write_text("-- metric: revenue\nselect won_value\n-- and orders too\n")
    (tests / "test_x.py").write_text('calls = query("win_rate, leads_created")\n')
    named = names_in_tests(["revenue", "orders", "calls", "win_rate", "leads_created", "won_value"])
    assert named == {"revenue", "won_value", "win_rate", "leads_created"}
