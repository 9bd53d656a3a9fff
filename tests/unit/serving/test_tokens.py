"""Tokens: found by their text alone, kept as digests, gone when they are revoked or expired."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.core.errors import EmbudoError, SettingsInvalid
from serving.tokens import Token, TokenStore, bearer, digest_of


def test_a_token_is_found_by_its_text_and_kept_as_a_digest_only(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "home" / "tokens.json")
    secret = store.create("superset", "service")
    found = store.find(secret)
    assert found is not None and (found.name, found.role) == ("superset", "service")
    text = (tmp_path / "home" / "tokens.json").read_text()
    assert secret not in text and secret.removeprefix("embudo_") not in text
    assert digest_of(secret) in text


def test_the_file_is_private(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "home" / "tokens.json")
    store.create("a", "director")
    assert stat.S_IMODE((tmp_path / "home" / "tokens.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_another_process_is_followed_at_once(tmp_path: Path) -> None:
    serving, command = (TokenStore(tmp_path / "tokens.json") for _ in range(2))
    assert serving.find("embudo_x") is None
    secret = command.create("a", "service")
    assert serving.find(secret) is not None
    command.revoke("a")
    assert serving.find(secret) is None
    assert serving.tokens() == ()


@pytest.mark.parametrize(
    "text", ["", "embudo_", "embudo_x", "x", "é" * 50, "embudo_" + "a" * 10_000]
)
def test_other_texts_are_no_tokens(tmp_path: Path, text: str) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    store.create("a", "service")
    assert store.find(text) is None


def test_an_expired_token_is_none(tmp_path: Path) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    token = Token(name="a", role="service", digest="", created_at=now, expires_at=now)
    assert token.is_expired(now)
    assert not token.is_expired(now - timedelta(seconds=1))
    store = TokenStore(tmp_path / "tokens.json")
    secret = store.create("a", "service", days=1)
    assert store.find(secret) is not None
    text = (tmp_path / "tokens.json").read_text()
    (end,) = (t.expires_at for t in store.tokens() if t.expires_at)
    (tmp_path / "tokens.json").write_text(
        text.replace(end.isoformat(), "2020-01-01T00:00:00+00:00")
    )
    assert TokenStore(tmp_path / "tokens.json").find(secret) is None


def test_names_are_unique_and_plain(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    store.create("a", "service")
    with pytest.raises(EmbudoError, match="token `a` already"):
        store.create("a", "director")
    for name in ("", "a b", "../x", "-a", "a" * 65):
        with pytest.raises(EmbudoError, match="cannot name a token"):
            store.create(name, "service")
    with pytest.raises(EmbudoError, match=r"no token `b`. Found: a"):
        store.revoke("b")


def test_a_file_that_is_none_of_ours_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    for text in (
        "{",
        "[]",
        '{"tokens": [{"name": "a"}]}',
        '{"tokens": [{"name": "a", "role": "root"}]}',
    ):
        path.write_text(text)
        with pytest.raises(SettingsInvalid, match=r"tokens\.json cannot be read"):
            TokenStore(path).find("embudo_x")


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer x", "x"), ("bearer  x ", "x"), ("Basic x", ""), ("x", ""), ("", "")],
)
def test_bearer(header: str, token: str) -> None:
    assert bearer(header) == token


def test_roles_of_people_have_a_scope_and_others_none(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    found = store.find(store.create("a", "rep", scope="crm:U1"))
    assert found is not None and (found.role, found.scope) == ("rep", "crm:U1")
    for role in ("rep", "manager"):
        with pytest.raises(EmbudoError, match=f"for {role} takes a scope"):
            store.create("b", role)  # type: ignore[arg-type]
    for role in ("service", "director", "link"):
        with pytest.raises(EmbudoError, match=f"for {role} takes no scope"):
            store.create("b", role, scope="x")  # type: ignore[arg-type]


def test_a_scope_that_was_taken_out_of_the_file_lets_nobody_in(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    secret = store.create("a", "rep", scope="crm:U1")
    text = (tmp_path / "tokens.json").read_text().replace("crm:U1", "")
    (tmp_path / "tokens.json").write_text(text)
    with pytest.raises(SettingsInvalid, match=r"tokens\.json cannot be read"):
        TokenStore(tmp_path / "tokens.json").find(secret)
