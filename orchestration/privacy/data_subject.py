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

from orchestration.privacy.spellings import (
    email_pattern,
    name_pattern,
    orders_of,
    phone_pattern,
)

ERASED = "[forgotten]"
"""What stands where an address stood in a text that is kept."""

_PREFIX = r"[\s().\-/]*"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[nrt]"
"""What URLs and JSON have in place of a character between words."""


@dataclass(frozen=True)
class DataSubject:
    """Normalised addresses, and the keys (`source:id`) of the rows that go with the person, by stream."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    """In E.164."""
    names: tuple[str, ...] = ()
    """Full names that nobody else has, as `spellings.words_of` has their words, with blanks between."""
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
        tagless = (re.sub(r"\+[^@]*@", "@", email) for email in self.emails)
        orders = (orders_of(tuple(name.split())) for name in self.names)
        kinds = {
            "email": tuple(dict.fromkeys([*self.emails, *tagless])),
            "phone": self.phones,
            "name": tuple(dict.fromkeys(" ".join(words) for one in orders for words in one)),
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
        """A regular expression (Python's and RE2's) for any of the addresses and names in any usual spelling.

        Each kind has two groups, with what stands before and behind. Empty where there is nothing to find.
        """
        emails = "|".join(email_pattern(email) for email in self.emails)
        phones = "|".join(_phone(phone, self.calling_codes) for phone in self.phones)
        names = "|".join(name_pattern(tuple(name.split())) for name in self.names)
        kinds = []
        if emails:
            kinds.append(
                rf"(^|[^A-Za-z0-9_.+%-]|{_ESCAPED})(?:{emails})([^A-Za-z0-9._]|\.[^A-Za-z0-9]|\.?$)"
            )
        if phones:
            kinds.append(rf"(^|[^A-Za-z0-9_%]|{_ESCAPED})(?:{phones})([^0-9]|$)")
        if names:
            kinds.append(rf"(^|[^A-Za-z0-9]|{_ESCAPED})(?:{names})([^A-Za-z0-9]|$)")
        return f"(?i)(?:{'|'.join(kinds)})" if kinds else ""

    @property
    def _kinds(self) -> int:
        return sum(map(bool, (self.emails, self.phones, self.names)))

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
        before = "".join(f"\\{2 * n + 1}" for n in range(self._kinds))
        behind = "".join(f"\\{2 * n + 2}" for n in range(self._kinds))
        replacement = before + ERASED + behind
        scrubbed = f"regexp_replace({text}, '{pattern}', '{replacement}', 'g')"
        twice = f"regexp_replace({scrubbed}, '{pattern}', '{replacement}', 'g')"
        return f"case when {self.may_be_named_sql(text)} then {twice} else {text} end"

    def mentioned_sql(self, text: str) -> str:
        """Whether any of the addresses stands in an expression, in DuckDB's SQL."""
        if not self.pattern:
            return "false"
        pattern = self.pattern.replace("'", "''")
        matches = f"coalesce(regexp_matches({text}, '{pattern}'), false)"
        return f"({self.may_be_named_sql(text)} and {matches})"

    def may_be_named_sql(self, text: str) -> str:
        """Whether enough of an address or a name stands in an expression, whatever is between: cheap, and never null.

        The pattern is long, and few texts name the person.
        """
        folded = f"lower(strip_accents({text}))"
        signs = [
            f"contains({folded}, '{word}')"
            for word in {max(name.split(), key=len) for name in self.names}
        ]
        emails = {_longest_part(email) for email in self.emails}
        signs += [f"contains(lower({text}), '{part}')" for part in sorted(emails)]
        if self.phones:
            digits = f"regexp_replace({text}, '[^0-9]', '', 'g')"
            signs += [f"contains({digits}, '{phone[-7:]}')" for phone in self.phones]
        if self.names:
            signs.append(f"contains({text}, '\\u0')")
        return f"coalesce({' or '.join(sorted(signs))}, false)" if signs else "false"

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> DataSubject:
        """From what `dataclasses.asdict` made of one, through JSON."""
        return cls(
            emails=tuple(record["emails"]),
            phones=tuple(record["phones"]),
            names=tuple(record.get("names", ())),
            handles=tuple(record["handles"]),
            subjects={stream: tuple(keys) for stream, keys in record["subjects"].items()},
            owned={stream: tuple(keys) for stream, keys in record["owned"].items()},
            calling_codes=tuple(record["calling_codes"]),
        )


def _replace(match: re.Match[bytes]) -> bytes:
    groups = match.groups(default=b"")
    return b"".join(groups[::2]) + ERASED.encode() + b"".join(groups[1::2])


def _phone(phone: str, codes: Iterable[str]) -> str:
    digits = phone.lstrip("+")
    code = max((code for code in codes if digits.startswith(code)), key=len, default="")
    abroad = rf"(?:(?:(?:\+|0{{1,3}})[\s(]*)?{code}{_PREFIX})?" if code else r"\+?"
    return rf"{abroad}(?:(?:0{{1,3}}|\(0\)){_PREFIX})?" + phone_pattern(digits[len(code) :])


def _longest_part(email: str) -> str:
    """Letters and digits of an address that no spelling parts."""
    local = email.partition("@")[0].partition("+")[0]
    parts: list[str] = re.findall(r"[^\W_]+", local) or [local]
    return max(parts, key=len).replace("'", "''")
