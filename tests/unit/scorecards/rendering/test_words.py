"""Words of scorecards in the reader's language."""

from __future__ import annotations

from scorecards.rendering.words import word


def test_words_are_translated_and_names_stay() -> None:
    assert word("off_track", "en") == "off track"
    assert word("off_track", "es") != "off track"
    assert word("hours", "es") == "h"
    for lang in ("en", "es"):
        assert word("Ana Ruiz", lang) == "Ana Ruiz"  # type: ignore[arg-type]
