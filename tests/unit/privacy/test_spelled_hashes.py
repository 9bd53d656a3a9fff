"""Texts taken apart and compared with keyed hashes alone."""

from __future__ import annotations

import pytest

from orchestration.privacy.addresses import calling_codes
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.spelled_hashes import name_hash, name_size
from orchestration.privacy.spellings import words_of
from orchestration.privacy.suppression import TextFilter
from orchestration.privacy.tombstones import hash_identifiers
from tests.spellings import PEOPLE, Person

KEY = PrivacyKey(b"a key of thirty-two characters at least")


def subject_of(person: Person) -> DataSubject:
    return DataSubject(
        emails=(person.email,),
        phones=(f"+34{person.number}",),
        names=(" ".join(words_of(person.full_name)),),
        calling_codes=calling_codes(),
    )


@pytest.mark.parametrize("person", PEOPLE)
def test_every_spelling_is_known_and_no_other_person(person: Person) -> None:
    subject = subject_of(person)
    hashes = frozenset(hash_identifiers(KEY, subject.identifiers))
    text_filter = TextFilter(hashes, key=KEY, country="ES")
    spelled = person.spellings()
    known = text_filter.matches(list(spelled.values()))
    assert [kind for kind, is_known in zip(spelled, known, strict=True) if not is_known] == []
    others = [text for one in PEOPLE if one != person for text in one.spellings().values()]
    others += ["Jesús Sánchez", "2026/00123", "605129072", "maria.jesus.sanchez106@correo.example"]
    assert not any(text_filter.matches(others))
    text_filter.close()
    for text in spelled.values():
        assert subject.scrub(text.encode()) != text.encode(), text
    assert [text for text in others if subject.scrub(text.encode()) != text.encode()] == []


def test_a_name_says_how_many_words_it_has() -> None:
    assert name_size(name_hash(3, "ab")) == 3
    assert name_size("ab") is None and name_size("na-b") is None
