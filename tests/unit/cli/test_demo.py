"""`embudo demo`: a company is generated once. Its figures are checked in the end-to-end tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sandbox
from orchestration.cli import demo
from tests.unit.cli.conftest import CommandLine


def test_a_company_is_generated_once_and_refreshed_each_time(
    embudo: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    generated: list[Any] = []
    refreshed: list[Path] = []

    def generate(folder: Path, **options: Any) -> None:
        generated.append(options)
        folder.mkdir(parents=True)
        (folder / "embudo.yml").write_text("", encoding="utf-8")

    monkeypatch.setattr(sandbox, "generate", generate)
    monkeypatch.setattr(demo, "create_privacy_key", lambda **_: True)
    monkeypatch.setattr(demo, "run_refresh", lambda *, config, **_: refreshed.append(config))
    monkeypatch.setattr(demo, "_print_key_metrics", lambda home: None)
    options = ("--home", str(tmp_path / "home"), "--scale", "0.1", "--months", "6")
    assert "embudo query revenue" in embudo("demo", *options).stdout
    assert "already" in embudo("demo", *options).stderr
    assert generated == [{"seed": 7, "scale": 0.1, "months": 6}]
    assert refreshed == [tmp_path / "home" / "demo" / "embudo.yml"] * 2
