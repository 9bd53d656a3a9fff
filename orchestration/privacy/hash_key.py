"""The company's privacy key: what contact data is hashed with before it leaves the private warehouse.

HMAC-SHA256 (RFC 2104) over a normalised value: an e-mail trimmed and in lower case, a phone in E.164. The
key comes from the environment and stands in no file of the home; what is kept is a fingerprint, to notice
that it changed. Which columns are hashed belongs to `models/`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.core.errors import SettingsInvalid

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEY_VARIABLE = "EMBUDO_PRIVACY_KEY"
SHORTEST_KEY = 32
"""Characters; a shorter key can be guessed."""

_BLOCK = 64
_FINGERPRINTED = "embudo: which key is this?"


@dataclass(frozen=True)
class PrivacyKey:
    """A key. Its value is in no `repr`, so that no message or log shows it."""

    _value: bytes

    def __repr__(self) -> str:
        return "PrivacyKey(…)"

    @classmethod
    def from_environment(cls) -> PrivacyKey | None:
        """The key of `EMBUDO_PRIVACY_KEY`, or None where it is unset or empty.

        Raises `SettingsInvalid` where it is shorter than 32 characters.
        """
        text = os.environ.get(KEY_VARIABLE, "").strip()
        if not text:
            return None
        if len(text) < SHORTEST_KEY:
            raise SettingsInvalid(
                f"{KEY_VARIABLE} has {len(text)} characters; expected {SHORTEST_KEY} or more, so that "
                "it cannot be guessed. `embudo init --key` makes one."
            )
        return cls(text.encode())

    def digest(self, value: str) -> str:
        """The HMAC of a normalised value: 64 hex digits, equal to the macro `keyed_hash`."""
        return hmac.new(self._value, value.encode(), hashlib.sha256).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Tells keys apart and gives none away: the HMAC of a constant."""
        return self.digest(_FINGERPRINTED)

    def register(self, connection: DuckDBPyConnection) -> None:
        """Give a connection the two pads that SQL hashes with, as variables of its session."""
        key = hashlib.sha256(self._value).digest() if len(self._value) > _BLOCK else self._value
        padded = key.ljust(_BLOCK, b"\0")
        for name, pad in (("inner", 0x36), ("outer", 0x5C)):
            value = bytes(byte ^ pad for byte in padded).hex()
            connection.execute(f"set variable embudo_{name}_pad = unhex('{value}')")


def new_key() -> str:
    """A random key: 64 hex digits."""
    return secrets.token_hex(32)
