"""`embudo validate`: what was checked, what has to wait, and that a mistake is named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.operations import validate
from orchestration.operations.validate import Validation, validate_project
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project
from semantic_layer import validation
from tests.unit.refresh.factories import StubProject

SETTINGS = """
sources:
  crm:
    streams:
      deals: {files: d.csv, columns: {deal_id: id, stage: s, status: {value: open}}}
      users: {files: u.csv, columns: {user_id: id, full_name: name}}
"""


class _Project(StubProject):
    @property
    def semantic_manifest(self) -> Path:
        return self.parsed() / "semantic_manifest.json"


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of no models, with 12 rows of seeds and one metric."""

    def make(workspace: Workspace) -> Project:
        return _Project(workspace)

    replaced: dict[str, Any] = {
        "Project": make,
        "check_seeds": lambda _: 12,
        "saved_query_tables": lambda _: (),
        "check_names": lambda _: (
            ("gaps.calls", "gaps.<stream>"),
            ("metric.revenue", "metric.<metric>"),
        ),
    }
    for name, value in replaced.items():
        monkeypatch.setattr(validate, name, value)
    monkeypatch.setattr(validation, "compile_all", lambda _: {"revenue": "select 1"})


def test_parts_add_up_in_order() -> None:
    whole = Validation(passed=("a",), pending=("b",)) + Validation(passed=("c",), changed=("d",))
    assert whole == Validation(passed=("a", "c"), pending=("b",), changed=("d",))


@pytest.mark.usefixtures("project")
def test_without_settings_and_release_the_rest_is_checked(tmp_path: Path) -> None:
    outcome = validate_project(config=None, home=tmp_path / "home")
    assert outcome.pending == (
        "no embudo.yml here: checked with default settings",
        "no release yet: metrics are planned on its tables after a refresh",
    )
    assert "dbt parses: 0 models, 0 tests" in outcome.passed
    assert "1 metrics compile to SQL" in outcome.passed
    assert any(text.endswith("seeds are valid, 12 rows") for text in outcome.passed)
    assert not (tmp_path / "home" / "releases").exists()


@pytest.mark.usefixtures("project")
def test_settings_are_loaded_where_they_are_named(tmp_path: Path) -> None:
    config = tmp_path / "embudo.yml"
    config.write_text(SETTINGS)
    outcome = validate_project(config=config, home=tmp_path / "home")
    assert outcome.passed[0] == f"{config}: 1 source(s), 2 stream(s) mapped"
    until = date.today() + timedelta(days=9)
    config.write_text(
        f"{SETTINGS}\nexceptions: [{{check: gaps.calls, reason: we rest, until: {until}}}]\n"
    )
    outcome = validate_project(config=config, home=tmp_path / "home")
    assert outcome.passed[1] == "1 standing exception(s) in force"
    config.write_text(config.read_text().replace("gaps.calls", "metric.revenu"))
    with pytest.raises(
        SettingsInvalid,
        match=r"no check of this project; did you mean 'metric\.revenue'\?",
    ):
        validate_project(config=config, home=tmp_path / "home")
    config.write_text("currency: euro\n")
    with pytest.raises(SettingsInvalid, match="euro"):
        validate_project(config=config, home=tmp_path / "home")
