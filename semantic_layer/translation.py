"""Texts for people in English and Spanish, by gettext.

Texts stand in the code in English, marked with `N_`; their Spanish is in `locale/es/LC_MESSAGES/embudo.po`, from
which `make messages` (Babel) compiles the catalogue that is read here. Labels of metrics and dimensions come from
their YAML and do not belong here.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "es"]

DOMAIN = "embudo"
LOCALE = Path(__file__).parent / "locale"


def N_(text: str) -> str:
    """Mark an English text for the catalogues; it is translated where it is shown."""
    return text


def translate(text: str, lang: Language) -> str:
    """An English text in a language; a text that its catalogue lacks stays English."""
    return text if lang == "en" else _catalogue(lang).gettext(text)


@lru_cache(maxsize=1)
def _catalogue(lang: Language) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[lang])
