"""The words of findings."""

from __future__ import annotations

from semantic_layer.labels import word
from semantic_layer.review_findings import CRITERIA, TEXTS
from semantic_layer.translation import translate


def test_every_finding_has_its_words_in_both_languages() -> None:
    assert all(text and translate(text, "es") not in ("", text) for text in TEXTS.values())
    assert all(word(criterion) != word(criterion, "es") for criterion in CRITERIA)
