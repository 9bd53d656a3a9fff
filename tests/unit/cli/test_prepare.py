"""`embudo prepare`: caches for the company's settings, or the made-up company's where there are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sandbox
from orchestration.refresh import cache_warming
from orchestration.refresh.cache_warming import WarmedCache
from tests.unit.cli.conftest import CommandLine


def test_the_settings_that_are_there(
    embudo: CommandLine,
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    companies: list[str] = []

    def warm_cache(project: Any, *, report: Any) -> WarmedCache:
        companies.append(str(project.workspace.settings.config_file))
        return WarmedCache(models=3, metrics=2, folder=tmp_path)

    monkeypatch.setattr(cache_warming, "warm_cache", warm_cache)
    assert "3 models and 2 metrics are ready" in embudo("prepare", *options).stdout
    embudo("prepare", "--home", str(tmp_path / "home"))
    assert companies == [options[3], str(sandbox.SETTINGS)]
