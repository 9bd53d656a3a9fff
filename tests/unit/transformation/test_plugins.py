"""The privacy key in dbt's connections: each session has it, and no SQL shows it (I9)."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.privacy.addresses import hash_sql
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.transformation.plugins import Plugin

HASHED = f"select {hash_sql('x')} from (select 'ana@example.com' as x)"


def test_each_thread_of_dbt_hashes_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt-duckdb calls the plugin for each cursor; a cursor that it was not called for hashes to null."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    key = PrivacyKey.from_environment()
    assert key is not None
    plugin = Plugin("privacy", {})
    with duckdb.connect() as connection:
        first, second = connection.cursor(), connection.cursor()
        plugin.configure_cursor(first)
        assert first.execute(HASHED).fetchone() == (key.digest("ana@example.com"),)
        assert second.execute(HASHED).fetchone() == (None,)


def test_without_a_key_hashes_are_null(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with duckdb.connect() as connection:
        Plugin("privacy", {}).configure_cursor(connection)
        assert connection.execute(HASHED).fetchone() == (None,)
