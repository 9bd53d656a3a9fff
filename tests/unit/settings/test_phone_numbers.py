"""How numbers of a country are dialled."""

from __future__ import annotations

import re

import pytest

from orchestration.settings.phone_numbers import (
    national_number,
    national_shape,
    telling_digits,
)


@pytest.mark.parametrize(
    ("country", "number", "is_one"),
    [
        *[("ES", one, True) for one in ("605129071", "0605129071", "34605129071", "0034605129071")],
        *[("ES", one, False) for one in ("60512907", "6051290711", "005129071", "25043112345")],
        ("US", "2025550123", True),
        ("US", "12025550123", True),
        # Germany's are of many lengths: without a prefix they are like any number
        ("DE", "03012345678", True),
        ("DE", "3012345678", False),
        ("XX", "0034605129071", True),
    ],
)
def test_a_bare_number(country: str, number: str, is_one: bool) -> None:
    assert (re.fullmatch(national_number(country), number) is not None) is is_one


def test_the_shape_of_numbers() -> None:
    assert national_shape("ES") == ("34", 9)
    assert national_shape("DE") is None
    assert (telling_digits("ES"), telling_digits("DE"), telling_digits("XX")) == (9, 7, 8)
