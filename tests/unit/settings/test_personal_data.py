"""Words of the contract that declare personal data, and columns named like addresses."""

from __future__ import annotations

import pytest

from orchestration.core.errors import ContractBroken
from orchestration.settings.personal_data import (
    ROLES,
    check_word,
    check_words,
    is_named_like_an_address,
    mentions_contact_data,
)


@pytest.mark.parametrize(
    ("column", "address", "contact_data"),
    [
        ("email", True, True),
        ("recipient_email", True, True),
        ("E_MAIL", True, False),
        ("from_number", True, True),
        ("full_name", True, True),
        ("emailing_id", False, True),
        ("campaign_name", False, True),
        ("order_id", False, False),
        ("cellular_id", False, False),
    ],
)
def test_names_of_columns(column: str, address: bool, contact_data: bool) -> None:
    assert is_named_like_an_address(column) is address
    assert mentions_contact_data(column) is contact_data


def test_unknown_words_are_named_with_those_there_are() -> None:
    check_words({"keys": 1}, ["keys", "rules"], where="stream deals")
    with pytest.raises(
        ContractBroken, match=r"stream deals: found kays in `meta`, expected only keys"
    ):
        check_words({"kays": 1}, ["keys"], where="stream deals")


def test_an_unknown_value_is_named_with_those_there_are() -> None:
    for known in (None, "subject"):
        check_word(known, ROLES, key="personal", where="stream deals")
    with pytest.raises(
        ContractBroken, match="`personal: owner` is unknown, expected one of subject"
    ):
        check_word("owner", ROLES, key="personal", where="stream deals")
