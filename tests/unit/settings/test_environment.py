"""The environment file: private, outside of the home, and never over what is set already."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.settings import (
    add_to_environment_file,
    environment_file,
    load_environment_file,
)

NAME = "EMBUDO_TEST_SECRET"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings beside which the environment file stands; the variable is not set."""
    monkeypatch.setenv(NAME, "")
    return tmp_path / "embudo.yml"


def load(config: Path, text: str) -> str:
    home = config.parent / "home"
    environment_file(config, home).write_text(text, encoding="utf-8")
    load_environment_file(config, home)
    return os.environ[NAME]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("{}=one", "one"),
        ("export {}=one", "one"),
        ("  {}=one two  ", "one two"),
        ("{}='one # two'", "one # two"),
        ('{}="one"', "one"),
        ("{}=$HOME/${{HOME}}", "$HOME/${HOME}"),
        ("{}=a#b=c", "a#b=c"),
        ("{}=first\n{}=second", "first"),
    ],
)
def test_lines(config: Path, line: str, value: str) -> None:
    assert load(config, f"# a comment\n\n{line.format(NAME, NAME)}\n") == value


@pytest.mark.parametrize(
    "secret", ["plain", "one two", "a#b #c", "it's", 'say "x"', "back\\slash", "$HOME", " edge "]
)
def test_what_is_written_is_read(
    config: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    file = environment_file(config, config.parent / "home")
    add_to_environment_file(file, NAME, secret)
    assert os.environ[NAME] == secret
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(NAME, "")
    load_environment_file(config, config.parent / "home")
    assert os.environ[NAME] == secret


def test_a_variable_that_is_set_stays(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "of the shell")
    assert load(config, f"{NAME}=of the file\n") == "of the shell"


@pytest.mark.parametrize("line", ["no canary", "=canary", "1ST=canary", f"{NAME}='canary"])
def test_a_line_that_is_no_assignment_is_named_without_its_value(config: Path, line: str) -> None:
    with pytest.raises(SettingsInvalid, match="line 4: expected NAME=value") as refused:
        load(config, f"# fine\n\nOTHER_TEST_VALUE=1\n{line}\n")
    os.environ.pop("OTHER_TEST_VALUE", None)
    assert "canary" not in str(refused.value)


def test_the_environment_file_is_private_and_lies_outside_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    beside = environment_file(tmp_path / "company" / "embudo.yml", home)
    assert beside == tmp_path / "company" / "embudo.env"
    inside = environment_file(home / "demo" / "embudo.yml", home)
    assert inside == tmp_path / "embudo.env"

    monkeypatch.delenv("EMBUDO_TEST_SECRET", raising=False)
    add_to_environment_file(inside, "EMBUDO_TEST_SECRET", "one two")
    assert inside.stat().st_mode & 0o777 == 0o600
    monkeypatch.delenv("EMBUDO_TEST_SECRET")
    load_environment_file(home / "demo" / "embudo.yml", home)
    assert os.environ["EMBUDO_TEST_SECRET"] == "one two"
    monkeypatch.setenv("EMBUDO_TEST_SECRET", "of the environment")
    load_environment_file(home / "demo" / "embudo.yml", home)
    assert os.environ["EMBUDO_TEST_SECRET"] == "of the environment"

    inside.write_text("# fine\n\nGOOD=1\nnot a line with canary\n")
    with pytest.raises(SettingsInvalid, match="line 4") as refused:
        load_environment_file(home / "demo" / "embudo.yml", home)
    assert "canary" not in str(refused.value)
