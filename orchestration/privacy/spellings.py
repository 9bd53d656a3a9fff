"""How e-mails, phones and names of persons are spelled in texts, as regular expressions of Python and RE2 (DuckDB).

`Ana <mailto:ana.ruiz@example.com>`, `ana.ruiz (at) example (dot) com`, `ana.ruiz%40example.com`, `(+34) 605 12 90 71`,
`RUIZ, Ana`. What is done with what is found belongs to `public_texts`, `suppression` and `data_subject`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

AT = (
    r"(?:\s{0,3}(?:@|＠|%40|&#0{0,3}64;|\\u0040|[(\[{<]\s?(?:at|arroba)\s?[)\]}>])\s{0,3}"
    r"|\s+(?:at|arroba)\s+)"
)
SURE_AT = r"(?:\s{0,3}(?:@|＠|%40|&#0{0,3}64;|\\u0040|[(\[{<]\s?(?:at|arroba)\s?[)\]}>])\s{0,3})"
DOT = r"(?:\s?(?:\.|%2[eE]|[(\[{]\s?(?:dot|punto)\s?[)\]}])\s?|\s+(?:dot|punto)\s+)"
_LOCAL = r"[\w%+'.-]{1,64}"
_DOMAIN = rf"[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,3}}{DOT}[A-Za-zÀ-ɏ][\w-]{{1,62}}"

EMAIL = rf"(?i){_LOCAL}{SURE_AT}{_DOMAIN}|[^\s@<>()\[\],;:|\"']+@[^\s@<>()\[\],;:|\"']+"
"""Whatever is spelled as an e-mail; `a at b.com` is none by itself."""
MAYBE_EMAIL = rf"(?i){_LOCAL}\s+(?:at|arroba)\s+{_DOMAIN}"
"""May also be prose: `meet us at expo.com`."""
PHONE = "(?<![0-9A-Za-z])[+(]{0,2}[0-9][0-9 ().\\-/\u00a0\u202f]{5,38}[0-9](?![0-9A-Za-z])"
"""A run of digits that a phone, or several, may stand in; Python's alone."""

_SPACE_ESCAPES = r"(?:%20|\+|&nbsp;|[\s_.,\-])"
_SMALLEST_NAME = 2
_MARKS = tuple(map(chr, (*range(0x300, 0x30D), 0x323, 0x326, 0x327, 0x328)))
"""Accents as characters of their own, one by one: in bytes they make no class."""


def for_sql(pattern: str) -> str:
    """A pattern of this module as RE2 reads it, in a literal of SQL: letters of all scripts are letters."""
    return "'" + pattern.replace(r"\w", r"\p{L}\p{N}_").replace("'", "''") + "'"


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name as they are compared: lower case, without accents."""
    return tuple(re.findall(r"[^\W\d_]+", fold(text.replace("%20", " "))))


def fold(text: str) -> str:
    """A text in lower case without accents; as long as there are letters, one for one."""
    marked = unicodedata.normalize("NFD", text)
    plain = "".join(one for one in marked if unicodedata.category(one) != "Mn")
    return unicodedata.normalize("NFC", plain).lower()


def orders_of(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """A name in the orders in which it is written: `Ana Ruiz Gil`, `Ruiz Gil, Ana`, `Gil, Ana Ruiz`."""
    return tuple(words[n:] + words[:n] for n in range(len(words)))


def is_full_name(words: tuple[str, ...]) -> bool:
    """Whether it is more than a given name."""
    return len(words) >= _SMALLEST_NAME


def folded_words_sql(text: str) -> str:
    """The words of a text as they are compared, as a list in DuckDB's SQL; the same as `words_of`."""
    return f"regexp_extract_all(lower(strip_accents(replace({text}, '%20', ' '))), '[\\p{{L}}]+')"


def name_pattern(words: tuple[str, ...]) -> str:
    """A regular expression for a name in any order of its words, whatever their accents and case."""
    spelled = [
        f"{_SPACE_ESCAPES}+".join(_word(word) for word in order) for order in orders_of(words)
    ]
    return "|".join(dict.fromkeys(spelled))


def email_pattern(email: str) -> str:
    """A regular expression for one e-mail address in any usual spelling, with or without a plus tag."""
    local, _, domain = email.rpartition("@")
    local = local.partition("+")[0] or local
    return rf"{_dotted(local)}(?:\s?(?:\+|%2[bB])[^@\s%]{{0,40}})?{AT}{_dotted(domain)}"


def phone_pattern(digits: str) -> str:
    """A regular expression for the digits of a number, whatever stands between them."""
    return r"[\s().\-/]{0,3}".join(digits)


def _dotted(text: str) -> str:
    return "".join(DOT if one == "." else re.escape(one) + r"\s?" for one in text).removesuffix(
        r"\s?"
    )


def _word(word: str) -> str:
    return "".join(_letter(one) for one in word)


@cache
def _letter(letter: str) -> str:
    """A letter with any accent, in either case, composed or not, or as JSON and URLs escape it."""
    spelled = [letter, letter.upper()] if letter.upper() != letter else [letter]
    spelled += _accented().get(letter, [])
    escaped = [
        f"\\\\u{ord(one):04x}" if one.isalpha() and ord(one) > 127 else "" for one in spelled
    ]
    urls = [
        "".join(f"%{byte:02X}" for byte in one.encode()) if ord(one) > 127 else ""
        for one in spelled
    ]
    options = [re.escape(one) for one in spelled] + [one for one in (*escaped, *urls) if one]
    marks = "(?:" + "|".join([*_MARKS, "\\\\u03[0-9a-f]{2}"]) + ")?"
    return f"(?:{'|'.join(options)}){marks}"


@cache
def _accented() -> dict[str, list[str]]:
    """Letter to its accented forms in Latin scripts, in both cases."""
    found: dict[str, list[str]] = {}
    for code in range(0xC0, 0x250):
        one = chr(code)
        base = fold(one)
        if one.isalpha() and base != one.lower() and len(base) == 1:
            found.setdefault(base, []).append(one)
    return found
