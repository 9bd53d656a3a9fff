"""The privacy key: what it hashes to in SQL and in Python, and how it keeps itself secret."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.privacy.addresses import hash_sql
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey


@pytest.mark.parametrize("length", [32, 64, 65, 200])
def test_sql_hashes_as_rfc_2104_says(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: the macro's HMAC equals Python's, also where the key is longer than a block; null without a key."""
    key = ("k3y-" * 60)[:length]
    monkeypatch.setenv(KEY_VARIABLE, key)
    made = PrivacyKey.from_environment()
    assert made is not None
    with duckdb.connect() as connection:
        sql = f"select {hash_sql('x')} from (values ('ana@example.com'), (null)) as t(x)"
        assert connection.execute(sql).fetchall() == [(None,), (None,)]
        made.register(connection)
        expected = hmac.new(key.encode(), b"ana@example.com", hashlib.sha256).hexdigest()
        assert connection.execute(sql).fetchall() == [(expected,), (None,)]
        assert made.digest("ana@example.com") == expected


def test_a_short_key_is_refused_and_no_key_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "short-secret")
    with pytest.raises(SettingsInvalid, match="32") as refused:
        PrivacyKey.from_environment()
    assert "short-secret" not in str(refused.value)
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    assert "kkkk" not in repr(PrivacyKey.from_environment())
