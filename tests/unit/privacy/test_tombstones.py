"""Tombstones: kept as keyed hashes alone, and never passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid, SourceError
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.privacy.tombstones import (
    Tombstone,
    add_tombstone,
    hash_identifiers,
    read_tombstones,
    suppression_list,
    tombstone_file,
)
from orchestration.settings import Home

SECRET = "a key of thirty-two characters at least"
KEY = PrivacyKey(SECRET.encode())
HASHES = hash_identifiers(KEY, ["email/ana@example.com", "contacts/crm:1"])
ANA = Tombstone("forget-1", "2026-07-01T00:00:00+00:00", "bea", HASHES)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    return Home.at(tmp_path)


def test_a_tombstone_is_entered_once_and_read_back(home: Home) -> None:
    assert read_tombstones(home) == ()
    assert suppression_list(home) == (frozenset(), PrivacyKey.from_environment())
    for _ in range(2):
        add_tombstone(home, ANA, key=KEY)
    other = Tombstone("forget-2", "2026-07-02T00:00:00+00:00", "bea", ("h",))
    add_tombstone(home, other, key=KEY)
    assert read_tombstones(home) == (ANA, other)
    hashes, key = suppression_list(home)
    assert hashes == {*HASHES, "h"}
    assert key is not None and key.fingerprint == KEY.fingerprint


def test_the_file_names_nobody_and_is_private(home: Home) -> None:
    add_tombstone(home, ANA, key=KEY)
    text = tombstone_file(home).read_text()
    assert "ana@example.com" not in text and "crm:1" not in text and SECRET not in text
    assert tombstone_file(home).stat().st_mode & 0o777 == 0o600
    assert len(set(HASHES)) == 2 and all(len(value) == 64 for value in HASHES)


@pytest.mark.parametrize(("secret", "used_key"), [(None, "none"), ("b" * 40, "another key")])
def test_without_the_key_no_load_is_let_in(
    home: Home, monkeypatch: pytest.MonkeyPatch, secret: str | None, used_key: str
) -> None:
    add_tombstone(home, ANA, key=KEY)
    if secret is None:
        monkeypatch.delenv(KEY_VARIABLE)
    else:
        monkeypatch.setenv(KEY_VARIABLE, secret)
    with pytest.raises(SettingsInvalid, match=rf"1 person\(s\) were forgotten .*found {used_key}"):
        suppression_list(home)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "k", "people": [{}]}'])
def test_a_file_that_cannot_be_read_is_an_error(home: Home, text: str) -> None:
    tombstone_file(home).write_text(text)
    with pytest.raises(SourceError, match="Restore the file from a backup"):
        read_tombstones(home)
