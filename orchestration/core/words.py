"""Words of vocabularies as they are compared: without case, blanks, accents, underscores and hyphens.

`No show`, `NO-SHOW` and `no_show` are one word. The same as SQL of DuckDB and in Python; which words a column may hold
belongs to the contract.
"""

from __future__ import annotations

import re
import unicodedata

_LEFT_OUT = r"\s_\-\x{2010}-\x{2015}\x{00A0}\x{2009}\x{202F}\x{200B}-\x{200F}\x{FEFF}"
_SEPARATORS = re.compile("[\\s_\\-\u2010-\u2015\u00a0\u2009\u202f\u200b-\u200f\ufeff]+")


def folded(sql: str) -> str:
    """SQL of a text as it is compared; empty where nothing is left of it."""
    return f"regexp_replace(lower(strip_accents({sql})), '[{_LEFT_OUT}]+', '', 'g')"


def fold(text: str) -> str:
    """A text as it is compared."""
    marked = unicodedata.normalize("NFD", text)
    plain = "".join(
        character for character in marked if not unicodedata.category(character).startswith("M")
    )
    return _SEPARATORS.sub("", unicodedata.normalize("NFC", plain).lower())
