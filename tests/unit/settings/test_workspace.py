"""A company opened: its secrets first, then its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.settings.workspace import Workspace


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("EMBUDO_INBOX", "EMBUDO_CURRENCY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    path = tmp_path / "embudo.yml"
    path.write_text("company: Test\n")
    return path


def test_variables_of_the_environment_file_count_for_the_settings(config: Path) -> None:
    environment = config.with_name("embudo.env")
    environment.write_text("EMBUDO_CURRENCY=USD\n")
    environment.chmod(0o600)
    opened = Workspace.open(config=config, home=config.parent / "home", inbox=None)
    assert (opened.settings.company, opened.settings.currency) == ("Test", "USD")
    assert opened.home.root == config.parent.resolve() / "home"
    assert not opened.home.root.exists()


def test_an_inbox_of_the_command_line_comes_first(config: Path) -> None:
    opened = Workspace.open(config=config, home=config.parent, inbox=config.parent / "other")
    assert opened.settings.inbox == config.parent.resolve() / "other"


def test_a_mistake_is_named(config: Path) -> None:
    config.write_text("currency: euro\n")
    with pytest.raises(SettingsInvalid, match="euro"):
        Workspace.open(config=config, home=config.parent, inbox=None)
