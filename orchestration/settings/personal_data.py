"""The words in which the contract declares personal data, and what it must declare.

A stream declares whose rows it holds (`personal`), a column how it leads to a person (`address`, `refers_to`,
`free_text`). What is done with a declaration belongs to `orchestration.privacy`, `orchestration.erasure` and
`orchestration.quality`. The guide is docs/dev/personal-data.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from orchestration.core.errors import ContractBroken

Role = Literal["subject", "owned", "mentions", "staff"]
"""Whose rows a stream holds: a person each, about one person, about something else that names persons, our staff."""
Address = Literal["email", "phone", "handle", "name", "none"]
"""What a column holds of a person; `none` for a column that is only named like an address."""

ROLES: tuple[str, ...] = get_args(Role)
ADDRESSES: tuple[str, ...] = get_args(Address)
IDENTIFYING = ("email", "phone", "handle")
"""Kinds of address by which a person is found; a name is only masked."""

GUIDE = "docs/dev/personal-data.md"
STREAM_WORDS = frozenset(
    {"area", "personal", "keys", "keys_repeat", "newest_by", "business_times", "in_order", "rules"}
)
COLUMN_WORDS = frozenset(
    {"required", "accepted_values", "minimum", "address", "within", "refers_to", "free_text"}
    | {"words", "words_in", "own_words", "key_of", "also_by"}
)

_NAMED_LIKE_AN_ADDRESS = re.compile(
    r"(^|_)("
    r"e_?mails?|phones?|telephones?|mobiles?|cell|fax|whatsapp|msisdn|handle|username|"
    r"full_name|first_name|last_name|surname|street|"
    r"(from|to|caller|called|calling|dialled)_number"
    r")(_|$)"
)
_CONTACT_DATA = re.compile(r"email|phone|mobile|name|handle|number|address|url")


def mentions_contact_data(column: str) -> bool:
    """Whether a column's name has a word of contact data in it; wide on purpose, for what is shown to readers."""
    return bool(_CONTACT_DATA.search(column.lower()))


def is_named_like_an_address(column: str) -> bool:
    """Whether a column's name is one that e-mails, phones, handles or names of persons usually have."""
    return bool(_NAMED_LIKE_AN_ADDRESS.search(column.lower()))


def check_words(meta: Mapping[str, Any], known: Iterable[str], *, where: str) -> None:
    """Raise `ContractBroken` where `meta` has a key that the contract does not know."""
    unknown = sorted(set(meta) - set(known))
    if unknown:
        raise ContractBroken(
            f"{where}: found {', '.join(unknown)} in `meta`, expected only {', '.join(sorted(known))}. "
            f"Correct the word; those of personal data are explained in {GUIDE}."
        )


def check_word(value: Any, known: Iterable[str], *, key: str, where: str) -> None:
    """Raise `ContractBroken` where `value` is declared and is not one of the known words."""
    if value is not None and value not in known:
        raise ContractBroken(
            f"{where}: `{key}: {value}` is unknown, expected one of {', '.join(known)} "
            f"(explained in {GUIDE})."
        )
