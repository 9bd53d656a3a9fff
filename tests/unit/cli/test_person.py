"""`embudo person`: what is printed, and where the export goes."""

from __future__ import annotations

import pytest

from orchestration.privacy.hash_key import KEY_VARIABLE
from tests.unit.cli.conftest import CommandLine


@pytest.fixture(autouse=True)
def key(embudo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)


def test_nobody_named(embudo: CommandLine, options: tuple[str, ...]) -> None:
    assert "--email, --phone or --contact" in embudo("person", *options, expect=2).stderr


def test_a_stranger(embudo: CommandLine, options: tuple[str, ...]) -> None:
    printed = embudo("person", "--email", "ana@example.com", "--export", "ana", *options).stdout
    assert "No row of the person has landed." in printed
    assert "Wrote 1 file(s) to ana" in printed
