"""Words around metrics in two languages."""

from __future__ import annotations

import pytest

from semantic_layer.labels import word


@pytest.mark.parametrize(
    ("name", "english", "spanish"),
    [
        ("metric", "Metric", "Métrica"),
        ("made_of", "Made of", "Se compone de"),
        ("quarter", "quarter", "trimestre"),
        ("not_listed", "not_listed", "not_listed"),
    ],
)
def test_words(name: str, english: str, spanish: str) -> None:
    assert (word(name), word(name, "es")) == (english, spanish)
