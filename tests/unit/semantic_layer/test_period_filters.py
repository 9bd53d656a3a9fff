"""Periods in filters as conditions on days; the bounds are those of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.period_filters import (
    FLIPPED,
    compared,
    compared_with_text,
    one_of,
    period_of,
    within,
)

MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("text", "grain", "period"),
    [
        ("2026-05", "day", MAY),
        ("2026-05-01", "month", MAY),
        ("2026-05-02", "month", None),
        ("2026-05-01", "day", None),
        ("2026-05-01", "hour", None),
        ("2026-W20", "month", (date(2026, 5, 11), date(2026, 5, 18))),
        ("2026-05-11", "week", (date(2026, 5, 11), date(2026, 5, 18))),
        ("2026-Q4", "day", (date(2026, 10, 1), date(2027, 1, 1))),
        ("2025", "day", (date(2025, 1, 1), date(2026, 1, 1))),
        ("2024-02", "day", (date(2024, 2, 1), date(2024, 3, 1))),
        ("2026-05-01 00:00", "month", MAY),
        ("2026-05-02T00:00:00", "day", None),
    ],
)
def test_which_texts_name_a_period(text: str, grain: str, period: tuple[date, date] | None) -> None:
    assert period_of(text, grain) == period


@pytest.mark.parametrize(
    ("operator", "condition"),
    [
        ("=", "(d >= '2026-05-01' and d < '2026-06-01')"),
        ("<>", "(d < '2026-05-01' or d >= '2026-06-01')"),
        (">", "(d >= '2026-06-01')"),
        (">=", "(d >= '2026-05-01')"),
        ("<", "(d < '2026-05-01')"),
        ("<=", "(d < '2026-06-01')"),
    ],
)
def test_a_comparison_is_with_the_whole_period(operator: str, condition: str) -> None:
    assert compared("d", operator, MAY) == condition
    assert FLIPPED[FLIPPED[operator]] == operator


def test_between_and_in_take_days_and_periods() -> None:
    assert within("d", "2026-04", "2026-05-13", "day") == (
        "((d >= '2026-04-01') and (d <= '2026-05-13'))"
    )
    assert within("d", "2026-05-02", "2026-05-13", "month") == (
        "((d >= '2026-05-02') and (d <= '2026-05-13'))"
    )
    assert one_of("d", ["2026-05", "2026-07-15"], "day") == (
        "((d >= '2026-05-01' and d < '2026-06-01') or (d = '2026-07-15'))"
    )
    assert one_of("d", ["2026-05-02"], "month") == "((d = '2026-05-02'))"


@pytest.mark.parametrize("text", ["soon", "2026-13", "2026-06-31", "2026-W60", ""])
def test_a_text_that_is_neither_day_nor_period_is_refused(text: str) -> None:
    for written in (
        lambda: period_of(text, "day"),
        lambda: compared_with_text("d", "=", text, "month"),
        lambda: one_of("d", ["2026-05", text], "day"),
        lambda: within("d", "2026-05", text, "day"),
    ):
        with pytest.raises(QueryInvalid, match="neither a day nor a period"):
            written()


def test_a_time_of_day_is_refused_but_for_midnight() -> None:
    assert compared_with_text("d", ">=", "2026-06-29 00:00:00", "hour") == "(d >= '2026-06-29')"
    for text in ("2026-06-29 08:00", "2026-06-29T23:59:59+02:00", "2026-06-29 8"):
        with pytest.raises(QueryInvalid, match=r"time of day.*call__hour"):
            compared_with_text("d", ">=", text, "hour")
