"""Spanish texts: complete, compiled, and with the same facts in them as the English ones."""

from __future__ import annotations

import re

import pytest

from scripts import messages
from semantic_layer.translation import translate

pytestmark = pytest.mark.slow


def test_the_catalogue_has_every_text_of_the_code_and_is_compiled() -> None:
    catalogue = messages.updated()
    assert messages.untranslated(catalogue) == [], "translate them in the .po file"
    path = messages.CATALOGUE
    assert path.read_bytes() == messages.po_text(catalogue), "run `make messages`"
    assert path.with_suffix(".mo").read_bytes() == messages.mo_content(catalogue)


def test_a_translation_names_the_same_facts() -> None:
    differing = [
        message.id
        for message in messages.updated()
        if sorted(re.findall(r"{\w+}", str(message.id)))
        != sorted(re.findall(r"{\w+}", str(message.string)))
    ]
    assert differing == [""] or differing == []


def test_a_text_in_each_language() -> None:
    assert translate("What to do", "es") == "Qué hacer"
    assert translate("What to do", "en") == "What to do"
    assert translate("a rep called so", "es") == "a rep called so"
