"""Spellings of addresses and names as patterns, each tried in Python and in DuckDB."""

from __future__ import annotations

import re

import duckdb
import pytest

from orchestration.privacy.spellings import (
    EMAIL,
    email_pattern,
    folded_words_sql,
    for_sql,
    is_full_name,
    name_pattern,
    orders_of,
    phone_pattern,
    words_of,
)
from tests.spellings import PEOPLE, Person

CASES = [(person, kind, text) for person in PEOPLE for kind, text in person.spellings().items()]


def matches(pattern: str, text: str) -> bool:
    """In Python as text and as bytes, and in DuckDB: all agree."""
    found = [
        re.search(pattern, text) is not None,
        re.search(pattern.encode(), text.encode()) is not None,
        bool(duckdb.execute("select regexp_matches(?, ?)", [text, pattern]).fetchall()[0][0]),
    ]
    assert len(set(found)) == 1, (text, found)
    return found[0]


@pytest.mark.parametrize(("person", "kind", "text"), CASES)
def test_every_spelling_is_found(person: Person, kind: str, text: str) -> None:
    patterns = {
        "email": email_pattern(person.email),
        "phone": phone_pattern(person.number),
        "name": name_pattern(words_of(person.full_name)),
    }
    assert matches(f"(?i){patterns[kind.partition(':')[0]]}", text)


def test_others_are_not_found() -> None:
    one = PEOPLE[0]
    assert not matches(f"(?i){email_pattern(one.email)}", "jesus.sanchez107@correo.example")
    assert not matches(phone_pattern(one.number), "605 129 072")
    assert not matches(f"(?i){name_pattern(words_of(one.full_name))}", "Jesús Sánchez Garrote")


def test_escapes_of_json_and_urls() -> None:
    pattern = f"(?i){name_pattern(('jesus', 'gil'))}"
    assert matches(pattern, '{"a": "Jes\\u00fas Gil"}')
    assert matches(pattern, "jes%C3%BAs%20gil")


def test_what_is_spelled_as_an_email() -> None:
    pattern = for_sql(EMAIL)
    for text, found in (("Ana (at) b (dot) es", True), ("2 cajas @ 3.50", False), ("x@y", True)):
        assert (re.search(EMAIL, text) is not None) is found, text
        assert duckdb.execute(f"select regexp_matches(?, {pattern})", [text]).fetchall() == [
            (found,)
        ], text


def test_words_are_the_same_in_sql() -> None:
    for text in ("Íñigo  Muñoz-Peñalba", "Jesu\u0301s%20Gil", "O'Neill, Åsa 2", ""):
        found = duckdb.execute(f"select {folded_words_sql('?')}", [text]).fetchall()[0][0]
        assert tuple(found) == words_of(text)
    assert is_full_name(words_of("Ana Gil")) and not is_full_name(words_of("Ana"))
    assert orders_of(("a", "b")) == (("a", "b"), ("b", "a"))
