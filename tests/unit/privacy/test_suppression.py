"""Rows and texts checked against tombstones, by keyed hashes alone."""

from __future__ import annotations

from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.suppression import TextFilter


def test_records_of_an_api_are_checked_against_the_tombstones() -> None:
    """By keyed hashes alone, in whatever spelling and place the address stands in a record."""
    key = PrivacyKey(b"a key of thirty-two characters at least")
    hashes = frozenset({key.digest("email/ana@example.com"), key.digest("phone/+34600111222")})
    text_filter = TextFilter(hashes, key=key, country="ES")
    records = {
        '{"id": 1, "properties": {"email": "Ana@Example.com"}}': True,
        '{"id": 2, "phones": ["0034 600-111-222"]}': True,
        '{"id": 3, "note": "llamó el 600111222"}': True,
        '{"id": 4, "email": "mariana@example.com", "phone": "600111223"}': False,
        '{"id": 5, "broken": "\\ud800 \udcff"}': False,
    }
    assert dict(zip(records, text_filter.matches(list(records)), strict=True)) == records
    text_filter.close()
    assert TextFilter(frozenset(), key=None, country="ES").matches(["ana@example.com"]) == [False]
