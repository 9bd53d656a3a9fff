"""`embudo prepare`: what depends on definitions alone is there before the first refresh needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

import sandbox
from orchestration.refresh.cache_warming import warm_cache
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project
from semantic_layer.engine import Engine
from tests.reporters import RecordingReporter


@pytest.mark.slow
def test_what_was_prepared_is_not_planned_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepared(home: str) -> int:
        workspace = Workspace.open(config=sandbox.SETTINGS, home=tmp_path / home, inbox=None)
        return warm_cache(Project(workspace), report=RecordingReporter()).metrics

    assert prepared("one") == 153

    def refuse(*_: object) -> str:
        raise AssertionError("planned again")

    monkeypatch.setattr(Engine, "_plan", refuse)
    monkeypatch.setattr(Engine, "_group_by_items", refuse)
    assert prepared("another") == 153
    monkeypatch.setenv("EMBUDO_DBT_CACHE", str(tmp_path / "elsewhere"))
    with pytest.raises(AssertionError, match="planned again"):
        prepared("another")
