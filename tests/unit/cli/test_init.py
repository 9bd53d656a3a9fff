"""`embudo init`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from orchestration.privacy.hash_key import KEY_VARIABLE
from tests.unit.cli.conftest import CommandLine


@pytest.fixture(autouse=True)
def without_key(embudo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def test_settings_inbox_and_key_are_written_once(embudo: CommandLine, tmp_path: Path) -> None:
    config = tmp_path / "company" / "embudo.yml"
    printed = embudo("init", "--config", str(config)).stdout
    assert "embudo refresh --dry-run" in printed
    assert isinstance(yaml.safe_load(config.read_text(encoding="utf-8")), dict)
    assert (config.parent / "inbox").is_dir()
    key = (config.parent / "embudo.env").read_text(encoding="utf-8")
    assert key.startswith(f"{KEY_VARIABLE}=")
    assert (config.parent / "embudo.env").stat().st_mode & 0o077 == 0

    config.write_text("company: Mine\n", encoding="utf-8")
    refused = embudo("init", "--config", str(config), expect=2).stderr
    assert "exists already" in refused and "--force" in refused
    assert config.read_text(encoding="utf-8") == "company: Mine\n"
    embudo("init", "--config", str(config), "--force")
    assert "Mine" not in config.read_text(encoding="utf-8")
    assert (config.parent / "embudo.env").read_text(encoding="utf-8") == key


def test_a_key_alone(embudo: CommandLine, tmp_path: Path) -> None:
    options = ("--config", str(tmp_path / "embudo.yml"))
    assert "Wrote a privacy key" in embudo("init", "--key", *options).stdout
    assert "There is a privacy key already" in embudo("init", "--key", *options).stdout
    assert not (tmp_path / "embudo.yml").exists()
