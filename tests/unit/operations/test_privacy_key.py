"""A company's privacy key is created once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.operations.privacy_key import create_key
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey


def test_a_key_is_created_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ.pop(KEY_VARIABLE, None)
    config, home = tmp_path / "new" / "embudo.yml", tmp_path / "home"
    assert create_key(config=config, home=home) == tmp_path / "new" / "embudo.env"
    assert create_key(config=config, home=home) is None, "its file is read first"
    assert PrivacyKey.from_environment() is not None


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)
    assert create_key(config=tmp_path / "embudo.yml", home=tmp_path / "home") is None
    assert not (tmp_path / "embudo.env").exists()
