"""Periods as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.period_names import from_grain, period_name, read_period


@pytest.mark.parametrize(
    ("name", "grain", "start"),
    [
        ("2026-05-13", "day", date(2026, 5, 13)),
        ("2026-W20", "week", date(2026, 5, 11)),
        ("2026-05", "month", date(2026, 5, 1)),
        ("2026-Q2", "quarter", date(2026, 4, 1)),
        ("2026", "year", date(2026, 1, 1)),
        # The first days of 2027 are in a week of 2026.
        ("2026-W53", "week", date(2026, 12, 28)),
    ],
)
def test_a_name_and_its_period(name: str, grain: str, start: date) -> None:
    assert read_period(name) == (grain, start)
    assert period_name(grain, start) == name


@pytest.mark.parametrize("text", ["June", "2026-13", "2026-02-30", "2026-W54", "2026-Q5", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(QueryInvalid, match="Write a day 2026-05-13"):
        read_period(text)


def test_coarser_grains_follow() -> None:
    assert from_grain("month") == ("month", "quarter", "year")
