"""Words compared in SQL and in Python: the same, whatever their case, blanks, accents, underscores or hyphens."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.core.words import fold, folded

LATIN = st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=("Cc", "Cs"))


@pytest.mark.parametrize(
    "spelling",
    [
        "no_show",
        "No show",
        "NO-SHOW",
        " no  show ",
        "NoShow",
        "Nó‑Show",
        "no\u00a0show",
        "No\u0301 show",
    ],
)
def test_spellings_of_one_word_are_the_same(spelling: str) -> None:
    assert fold(spelling) == "noshow"


def test_other_words_are_not() -> None:
    assert len({fold(word) for word in ("no_show", "show", "no.show", "no show 2")}) == 4


@settings(max_examples=200, deadline=None)
@given(st.text(LATIN))
def test_sql_and_python_agree(text: str) -> None:
    [(in_sql,)] = duckdb.execute(f"select {folded('?')}", [text]).fetchall()
    assert in_sql == fold(text)
