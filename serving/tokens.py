"""Access tokens: made once and shown once, kept as digests in a private file of the home.

A token is 256 random bits, so that a plain SHA-256 of it cannot be turned back. Which rows a role may see belongs to
the protocols' common service, not here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from orchestration.core.durable_files import writing
from orchestration.core.errors import EmbudoError, SettingsInvalid
from orchestration.core.private_files import make_private

Role = Literal["service", "director", "manager", "rep", "link"]
ROLES: tuple[Role, ...] = ("service", "director", "manager", "rep", "link")
"""The first two see every row: a program's token, and a person's. A manager's sees those of a team, a rep's those of
the rep. A link answers one query and nothing else."""
SCOPED_ROLES: tuple[Role, ...] = ("manager", "rep")

PREFIX = "embudo_"
"""So that tools that search for secrets find one that was committed."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PRIVATE_FILE = 0o600


@dataclass(frozen=True, kw_only=True)
class Token:
    """What is known of a token; the token itself is not. Times are UTC."""

    name: str
    role: Role
    digest: str
    created_at: datetime
    expires_at: datetime | None = None
    query: str = ""
    """Of a link: the parameters of its query, as in an address."""
    scope: str = ""
    """Of a manager: the team; of a rep: the rep's key. Empty for the others."""

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now


class TokenStore:
    """The tokens of one file. Safe to share between threads; a change by another process is seen at once."""

    def __init__(self, path: Path) -> None:
        """Nothing is read until a token is looked up."""
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._by_digest: Mapping[str, Token] = {}

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, in the order of their names; raises `SettingsInvalid` for a file that is none of ours."""
        with self._lock:
            return tuple(sorted(self._read().values(), key=lambda token: token.name))

    def create(
        self, name: str, role: Role, *, days: int | None = None, query: str = "", scope: str = ""
    ) -> str:
        """Make a token and return it: it cannot be shown again.

        `days`: how long it is valid; None is until it is revoked. `query`: what a link answers. `scope`: the
        team of a manager, the key of a rep. Raises `EmbudoError` for a name that is taken, and for a role without its
        scope.
        """
        if not _NAME.fullmatch(name):
            raise EmbudoError(
                f"`{name}` cannot name a token: expected letters, digits, `.`, `_` or `-`, at most 64, "
                "e.g. `superset`."
            )
        if bool(scope) != (role in SCOPED_ROLES):
            takes = "a" if role in SCOPED_ROLES else "no"
            raise EmbudoError(
                f"A token for {role} takes {takes} scope: expected the team of a manager or the key of a rep "
                "(rep__key), e.g. `--role manager --scope Norte`, and none for others."
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).replace(microsecond=0)
        token = Token(
            name=name,
            role=role,
            digest=digest_of(secret),
            created_at=now,
            expires_at=now + timedelta(days=days) if days is not None else None,
            query=query,
            scope=scope,
        )
        with self._lock:
            tokens = dict(self._read())
            if any(other.name == name for other in tokens.values()):
                raise EmbudoError(
                    f"There is a token `{name}` already: choose another name, or "
                    f"`embudo token revoke {name}` first."
                )
            self._write(tokens | {token.digest: token})
        return secret

    def revoke(self, name: str) -> Token:
        """Remove a token: requests that carry it are refused from now on. Raises `EmbudoError` where there is none."""
        with self._lock:
            tokens = dict(self._read())
            found = next((token for token in tokens.values() if token.name == name), None)
            if found is None:
                known = ", ".join(sorted(token.name for token in tokens.values())) or "none"
                raise EmbudoError(f"There is no token `{name}`. Found: {known}.")
            del tokens[found.digest]
            self._write(tokens)
            return found

    def find(self, secret: str) -> Token | None:
        """The token of a text that a client sent; None where it is none, revoked or expired."""
        if not secret.startswith(PREFIX):
            return None
        with self._lock:
            token = self._read().get(digest_of(secret))
        return None if token is None or token.is_expired(datetime.now(UTC)) else token

    def _read(self) -> Mapping[str, Token]:
        try:
            state = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._by_digest = None, {}
            return self._by_digest
        stamp = (state.st_mtime_ns, state.st_ino)
        if stamp != self._stamp:
            try:
                rows = json.loads(self._path.read_text(encoding="utf-8"))["tokens"]
                self._by_digest = {row["digest"]: _token(row) for row in rows}
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise SettingsInvalid(
                    f"{self._path} cannot be read as tokens ({type(error).__name__}). Move it away and "
                    "make new ones with `embudo token create NAME`."
                ) from error
            self._stamp = stamp
        return self._by_digest

    def _write(self, tokens: Mapping[str, Token]) -> None:
        make_private(self._path.parent)
        rows = [
            asdict(token)
            | {
                "created_at": token.created_at.isoformat(),
                "expires_at": token.expires_at.isoformat() if token.expires_at else None,
            }
            for token in tokens.values()
        ]
        with writing(self._path) as partial:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"tokens": rows}, file, indent=2)
        self._stamp = None


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer(header: str) -> str:
    """The token of an `authorization` header; empty where it has none."""
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _token(row: Mapping[str, str]) -> Token:
    role, scope = row["role"], row.get("scope", "")
    if role not in ROLES or bool(scope) != (role in SCOPED_ROLES):
        raise ValueError(f"unknown role {role}, or a scope that it does not take")
    expires = row.get("expires_at")
    return Token(
        name=row["name"],
        role=role,
        digest=row["digest"],
        created_at=datetime.fromisoformat(row["created_at"]),
        expires_at=datetime.fromisoformat(expires) if expires else None,
        query=row.get("query", ""),
        scope=scope,
    )
