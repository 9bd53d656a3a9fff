"""Single values: units, languages, numbers in JSON."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from semantic_layer.rendering import json_value, text
from semantic_layer.results import ResultColumn


@pytest.mark.parametrize(
    ("value", "unit", "english", "spanish"),
    [
        (0.6315008, "percent", "63.15 %", "63,15 %"),
        (Decimal("10005534.00"), "currency", "10,005,534.00 EUR", "10.005.534,00 EUR"),
        (12.5, "currency per day", "12.50 EUR / day", "12,50 EUR / día"),
        (51.7778, "days", "51.78 days", "51,78 días"),
        (67.5207, "seconds", "1:08", "1:08"),
        (7.4, "seconds", "0:07", "0:07"),
        (3_723, "seconds", "1:02:03", "1:02:03"),
        (-59.6, "seconds", "-1:00", "-1:00"),
        (3_600_000, "seconds", "1,000:00:00", "1.000:00:00"),
        (1.5, "hours", "1.50 h", "1,50 h"),
        (4238, "count", "4,238", "4.238"),
        (4238.0, "count", "4,238", "4.238"),
        (1.2345, "ratio", "1.23", "1,23"),
        (None, "percent", "–", "–"),
    ],
)
def test_units(value: object, unit: str, english: str, spanish: str) -> None:
    column = ResultColumn(name="m", kind="metric", label="M", unit=unit)
    assert text(value, column, lang="en", currency="EUR") == english
    assert text(value, column, lang="es", currency="EUR") == spanish


def test_differences_have_a_sign() -> None:
    column = ResultColumn(name="m", kind="metric", label="M", unit="percent")
    assert text(0.123, column, signed=True) == "+12.30 %"
    assert text(-0.123, column, signed=True) == "-12.30 %"
    assert text(0.0, column, signed=True) == "0.00 %"
    assert text(None, column, signed=True) == "–"


def test_json_has_no_nan() -> None:
    assert json_value(math.nan) is None
    assert json_value(math.inf) is None
    assert json_value(Decimal("10005534.00")) == 10005534
    assert json_value(True) is True
