"""How phone numbers of a country are dialled, from the seed `calling_codes`.

What is done with a number belongs to `orchestration.privacy` and to `models/`.
"""

from __future__ import annotations

import csv
from functools import cache

from orchestration.settings.project import PROJECT_ROOT

_UNKNOWN_COUNTRY = "00[1-9][0-9]{8,13}"


def national_number(country: str) -> str:
    """A regular expression (RE2's) for a bare number that is dialled as it is in the country.

    Where numbers are of several lengths only those with a prefix are told from other numbers.
    """
    row = _row(country)
    if row is None:
        return _UNKNOWN_COUNTRY
    code, digits, least = row["calling_code"], *_lengths(row)
    if digits == least:
        return f"(?:(?:00)?{code}|0{{0,3}})[1-9][0-9]{{{digits - 1}}}"
    return f"(?:00{code}|0{{1,3}})[1-9][0-9]{{{max(least - 1, 6)},{digits - 1}}}"


def telling_digits(country: str) -> int:
    """How many of its last digits tell a number of the country from others."""
    row = _row(country)
    return min(9, max(7, _lengths(row)[1])) if row else 8


def national_shape(country: str) -> tuple[str, int] | None:
    """Calling code and digits of the numbers of a country; None where they are of several lengths."""
    row = _row(country)
    if row is None or len(set(_lengths(row))) > 1:
        return None
    return row["calling_code"], _lengths(row)[0]


@cache
def calling_code_rows() -> tuple[dict[str, str], ...]:
    """The rows of the seed."""
    with (PROJECT_ROOT / "seeds" / "calling_codes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _row(country: str) -> dict[str, str] | None:
    return next((row for row in calling_code_rows() if row["country"] == country.upper()), None)


def _lengths(row: dict[str, str]) -> tuple[int, int]:
    return int(row["national_digits"]), int(row["least_national_digits"])
