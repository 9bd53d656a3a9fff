"""A person to be erased: every address and key that leads to them, and how the addresses are spelled.

Plain data, shared by those who erase. It is written down in clear only while an erasure runs; what is kept
afterwards are keyed hashes (`tombstones`). Finding and erasing rows does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

ERASED = "[forgotten]"
"""What stands where an address stood in a text that is kept."""

_BETWEEN = r"[\s().\-/]{0,3}"
_PREFIX = r"[\s().\-/]*"


@dataclass(frozen=True)
class DataSubject:
    """Normalised addresses, and the keys (`source:id`) of the rows that go with the person, by stream."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    """In E.164."""
    handles: tuple[str, ...] = ()
    """`network|handle`, in lower case."""
    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys in the streams whose rows are persons: contacts, leads."""
    owned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of rows about the person in other streams: calls, e-mail events."""
    calling_codes: tuple[str, ...] = ()
    """Country calling codes, to find the national part of a number."""

    @property
    def identifiers(self) -> tuple[str, ...]:
        """What later loads are checked against, each as `kind/value`: `email/…`, `phone/…`, `contacts/…`."""
        kinds = {
            "email": self.emails,
            "phone": self.phones,
            "handle": self.handles,
            **self.subjects,
        }
        return tuple(f"{kind}/{value}" for kind, values in kinds.items() for value in values)

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Keys of all rows that go with the person, by stream."""
        return {**self.subjects, **self.owned}

    @cached_property
    def pattern(self) -> str:
        """A regular expression (Python's and RE2's) for any of the e-mails and phones in any usual spelling.

        Its groups hold what stands around an address. Empty where there is no address.
        """
        emails = "|".join(_email(email) for email in self.emails)
        phones = "|".join(_phone(phone, self.calling_codes) for phone in self.phones)
        spellings = []
        if emails:
            spellings.append(rf"(?:{emails})([^A-Za-z0-9._]|\.[^A-Za-z0-9]|\.?$)")
        if phones:
            spellings.append(rf"(?:{phones})([^0-9]|$)")
        return f"(?i)(^|[^A-Za-z0-9_%])(?:{'|'.join(spellings)})" if spellings else ""

    def scrub(self, content: bytes) -> bytes:
        """`content` with each of the addresses replaced."""
        if not self.pattern:
            return content
        pattern = re.compile(self.pattern.encode())
        scrubbed = pattern.sub(_replace, content)
        # An address that begins where another one ended is found the second time.
        return scrubbed if scrubbed == content else pattern.sub(_replace, scrubbed)

    def scrub_sql(self, text: str) -> str:
        """The same in DuckDB's SQL, of an expression; the expression itself where there is no address."""
        if not self.pattern:
            return text
        pattern = self.pattern.replace("'", "''")
        kinds = bool(self.emails) + bool(self.phones)
        replacement = "\\1" + ERASED + "".join(f"\\{n}" for n in range(2, 2 + kinds))
        scrubbed = f"regexp_replace({text}, '{pattern}', '{replacement}', 'g')"
        return f"regexp_replace({scrubbed}, '{pattern}', '{replacement}', 'g')"

    def mentioned_sql(self, text: str) -> str:
        """Whether any of the addresses stands in an expression, in DuckDB's SQL."""
        if not self.pattern:
            return "false"
        pattern = self.pattern.replace("'", "''")
        return f"coalesce(regexp_matches({text}, '{pattern}'), false)"

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> DataSubject:
        """From what `dataclasses.asdict` made of one, through JSON."""
        return cls(
            emails=tuple(record["emails"]),
            phones=tuple(record["phones"]),
            handles=tuple(record["handles"]),
            subjects={stream: tuple(keys) for stream, keys in record["subjects"].items()},
            owned={stream: tuple(keys) for stream, keys in record["owned"].items()},
            calling_codes=tuple(record["calling_codes"]),
        )


def _replace(match: re.Match[bytes]) -> bytes:
    before, *after = match.groups(default=b"")
    return before + ERASED.encode() + b"".join(after)


def _email(email: str) -> str:
    local, _, domain = email.rpartition("@")
    return rf"{re.escape(local)}(?:@|%40){re.escape(domain)}"


def _phone(phone: str, codes: Iterable[str]) -> str:
    digits = phone.lstrip("+")
    code = max((code for code in codes if digits.startswith(code)), key=len, default="")
    national = digits[len(code) :]
    abroad = rf"(?:(?:(?:\+|00)[\s(]*)?{code}{_PREFIX})?" if code else r"\+?"
    return rf"{abroad}(?:(?:0|\(0\)){_PREFIX})?" + _BETWEEN.join(national)
