"""The last net before a text is kept or sent: secrets of the environment and contact data are masked.

No message should contain either; what an engine quotes in an error sometimes does. Writing messages does not
belong here.
"""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

MASK = "***"

_SECRET_NAME = re.compile(
    r"PASS|TOKEN|SECRET|KEY|CREDENTIAL|_DSN$|_URL$|_URI$|AUTH|COOKIE", re.IGNORECASE
)
_SHORTEST = 6
"""Shorter values would mask common words."""
_EMAIL = re.compile(r"[^\s:|'\"<>(),;=]*@[^\s|'\"<>(),;]*")
_PHONE = re.compile(r"\+\d[\d ().-]{6,}\d")


def redacted(text: str) -> str:
    """`text` without values of secret variables, e-mail addresses and international phone numbers."""
    return without_contacts(without_secrets(text))


def without_secrets(text: str) -> str:
    """`text` with the values of the environment's secrets masked."""
    for secret in _secrets():
        text = text.replace(secret, MASK)
    return text


def without_contacts(text: str) -> str:
    """`text` with whatever looks like an e-mail or a phone masked."""
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, text))


def _secrets() -> list[str]:
    """Values of variables that are named like secrets, and passwords within addresses; the longest first."""
    secrets: set[str] = set()
    for name, value in os.environ.items():
        if not _SECRET_NAME.search(name) or len(value) < _SHORTEST:
            continue
        secrets.add(value)
        password = _password_of(value)
        if password:
            secrets.add(password)
    return sorted(secrets, key=len, reverse=True)


def _password_of(value: str) -> str | None:
    try:
        return urlsplit(value).password if "://" in value else None
    except ValueError:
        return None
