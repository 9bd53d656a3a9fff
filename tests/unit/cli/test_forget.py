"""`embudo forget`: what it shows before it asks for confirmation."""

from __future__ import annotations

import pytest
import typer

from orchestration.privacy.hash_key import KEY_VARIABLE
from tests.unit.cli.conftest import CommandLine


@pytest.fixture(autouse=True)
def key(embudo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)


def test_nobody_named(embudo: CommandLine, options: tuple[str, ...]) -> None:
    assert "--email, --phone or --contact" in embudo("forget", *options, expect=2).stderr


def test_a_dry_run_shows_the_plan(embudo: CommandLine, options: tuple[str, ...]) -> None:
    printed = embudo("forget", "--email", "ana@example.com", "--dry-run", *options).stdout
    assert "No row of the person has landed." in printed


def test_without_consent_nothing_is_changed(
    embudo: CommandLine, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: False)
    ended = embudo("forget", "--email", "ana@example.com", *options, expect=1)
    assert "Nothing was changed." in ended.stderr


def test_a_check_says_what_it_looked_at(embudo: CommandLine, options: tuple[str, ...]) -> None:
    printed = embudo("forget", "--check", *options).stdout
    assert "files under the home" in printed and "for 0 forgotten persons." in printed
    assert "Nothing is left." in printed
