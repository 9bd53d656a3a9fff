"""A person who asked to be forgotten: every address and key that leads to them, and how they are spelled.

Plain data, shared by those who erase. It is written down in clear only while an erasure runs; what is kept
afterwards are keyed hashes (`ingestion.tombstones`). Finding and erasing rows does not belong here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import cached_property

FORGOTTEN = "[forgotten]"
"""What stands where an address stood in a text that is kept."""

_BETWEEN = r"[\s().\-/]{0,3}"
_PREFIX = r"[\s().\-/]*"


@dataclass(frozen=True)
class Person:
    """Normalised e-mails, phones in E.164, and the keys (`source:id`) of the rows that are the person's own."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    """`network|handle`, in lower case."""
    calls: tuple[str, ...] = ()
    email_events: tuple[str, ...] = ()
    interactions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    calling_codes: tuple[str, ...] = ()
    """Country calling codes, to tell a number's national part."""

    def named(self) -> list[str]:
        """What later loads are held against, each with its kind: `email/…`, `phone/…`, `contact/…` …"""
        kinds = {
            "email": self.emails,
            "phone": self.phones,
            "contact": self.contacts,
            "lead": self.leads,
            "handle": self.handles,
        }
        return [f"{kind}/{value}" for kind, values in kinds.items() for value in values]

    @cached_property
    def pattern(self) -> str:
        """A regular expression (Python's and RE2's) for any of the addresses in any usual spelling.

        Its groups hold what stands around an address. Empty where there is no address.
        """
        emails = "|".join(_email(email) for email in self.emails)
        phones = "|".join(_phone(phone, self.calling_codes) for phone in self.phones)
        spelled = []
        if emails:
            spelled.append(rf"(?:{emails})([^A-Za-z0-9._]|\.[^A-Za-z0-9]|\.?$)")
        if phones:
            spelled.append(rf"(?:{phones})([^0-9]|$)")
        return f"(?i)(^|[^A-Za-z0-9_%])(?:{'|'.join(spelled)})" if spelled else ""

    def scrub(self, content: bytes) -> bytes:
        """`content` with each of the addresses replaced."""
        if not self.pattern:
            return content
        pattern = re.compile(self.pattern.encode())
        once = pattern.sub(_replace, content)
        # An address that begins where another one ended is found the second time.
        return once if once == content else pattern.sub(_replace, once)

    def scrubbed_sql(self, text: str) -> str:
        """The same in DuckDB's SQL, of an expression."""
        pattern = self.pattern.replace("'", "''")
        kept = "\\1" + FORGOTTEN + "".join(f"\\{n}" for n in range(2, 2 + self._kinds))
        once = f"regexp_replace({text}, '{pattern}', '{kept}', 'g')"
        return f"regexp_replace({once}, '{pattern}', '{kept}', 'g')"

    def mentioned_sql(self, text: str) -> str:
        """Whether any of the addresses stands in an expression, in DuckDB's SQL."""
        if not self.pattern:
            return "false"
        pattern = self.pattern.replace("'", "''")
        return f"coalesce(regexp_matches({text}, '{pattern}'), false)"

    @property
    def _kinds(self) -> int:
        return bool(self.emails) + bool(self.phones)

    def to_json(self) -> str:
        """As text, for the note of an erasure under way."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Person:
        """From that text."""
        found = json.loads(text)
        return cls(**{field.name: tuple(found[field.name]) for field in fields(cls)})


def _replace(match: re.Match[bytes]) -> bytes:
    before, *after = match.groups(default=b"")
    return before + FORGOTTEN.encode() + b"".join(after)


def _email(email: str) -> str:
    local, _, domain = email.rpartition("@")
    return rf"{re.escape(local)}(?:@|%40){re.escape(domain)}"


def _phone(phone: str, codes: Iterable[str]) -> str:
    digits = phone.lstrip("+")
    code = max((code for code in codes if digits.startswith(code)), key=len, default="")
    national = digits[len(code) :]
    abroad = rf"(?:(?:(?:\+|00)[\s(]*)?{code}{_PREFIX})?" if code else r"\+?"
    return rf"{abroad}(?:(?:0|\(0\)){_PREFIX})?" + _BETWEEN.join(national)
