"""Values unlike any month before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from orchestration.quality.periods.changes import Change
from orchestration.quality.periods.shifts import kinds, measures
from orchestration.quality.periods.slices import Slice, StreamPeriods

JUNE, LAST = date(2026, 6, 1), date(2026, 6, 30)
MONTHS = [date(2025, month, 1) for month in range(8, 13)] + [
    date(2026, month, 1) for month in range(1, 6)
]


def stream(past: Slice, fresh: Slice, young: Slice | None = None) -> StreamPeriods:
    return StreamPeriods(
        "deals",
        "crm",
        months=dict.fromkeys(MONTHS, past),
        fresh=fresh,
        before={JUNE - timedelta(days=1): 1},
        seen=[young] if young else [],
    )


def of_kinds(counts: dict[str, int]) -> Slice:
    return Slice(days={LAST: sum(counts.values())}, kinds={"status": counts})


def of_numbers(rows: int = 100, **amounts: float) -> Slice:
    usual = {
        "filled": 90, "distinct": 80, "zero": 0, "negative": 0,
        "p10": 10, "p50": 50, "p90": 100, "highest": 210,
    }  # fmt: skip
    return Slice(days={LAST: rows}, measures={"amount": {**usual, **amounts}})


def compared(
    past: dict[str, int], now: dict[str, int], young: dict[str, int] | None = None
) -> list[Change]:
    of_young = of_kinds(young) if young else None
    return list(kinds(stream(of_kinds(past), of_kinds(now), of_young), "status", is_closed=True))


def test_one_value_for_all_is_certain_where_it_never_had_most() -> None:
    [change] = compared({"a": 40, "b": 35, "c": 25}, {"a": 100})
    assert (change.severity, change.value) == ("error", "a")
    assert change.text == "status has one value in 100% of 100 rows (40% at most before)"
    [empty] = compared({"a": 40, "b": 35, "c": 25}, {"": 99, "a": 1})
    assert empty.text.startswith("status is empty in 99%")
    assert not compared({"a": 98, "b": 2}, {"a": 100})


def on_one_day(past: Sequence[Slice], fresh: Slice) -> StreamPeriods:
    """A refresh a day after the last: the days before are its history, months are not."""
    days = {JUNE - timedelta(days=n + 1): sample for n, sample in enumerate(past)}
    today = replace(fresh, days={JUNE: fresh.rows})
    before = {JUNE - timedelta(days=1): 1}
    return StreamPeriods("deals", "crm", months={}, fresh=today, before=before, windows=days)


def test_a_day_is_compared_with_days() -> None:
    mixed, mailing = of_kinds({"a": 40, "b": 35, "c": 25}), of_kinds({"a": 100})
    alone = of_kinds({"a": 100})
    [change] = kinds(on_one_day([mixed] * 9, alone), "status", is_closed=True)
    assert (change.severity, change.value) == ("error", "a")
    # it has happened before
    assert not list(kinds(on_one_day([*[mixed] * 9, mailing], alone), "status", is_closed=True))
    # too few days to say so
    assert not list(kinds(on_one_day([mixed] * 5, alone), "status", is_closed=True))


def test_a_day_may_be_of_one_new_campaign_but_not_of_one_new_owner() -> None:
    periods = on_one_day([of_kinds({"a": 50, "b": 50})] * 9, of_kinds({"new": 100}))
    assert not list(kinds(periods, "status", is_closed=False))
    [change] = kinds(periods, "status", is_closed=False, are_people=True)
    assert change.severity == "error"


def test_few_rows_have_few_values() -> None:
    many = of_numbers(5000, filled=5000, distinct=310)
    day = of_numbers(80, filled=80, distinct=70)
    assert not list(measures(on_one_day([many] * 9, day), "amount", feature="number"))
    [change] = measures(
        on_one_day([many] * 9, of_numbers(80, filled=80, distinct=1)), "amount", feature="text"
    )
    assert change.severity == "error"


def test_other_values_and_other_shares_warn() -> None:
    [change] = compared({"a": 60, "b": 40}, {"a": 30, "b": 20, "new": 50})
    assert (change.severity, change.value) == ("warn", "new")
    assert change.text.endswith("(in 0% at most before), 50 rows of values that nobody had")
    assert not compared({"a": 60, "b": 40}, {"a": 55, "b": 45})


def test_young_rows_may_have_what_old_ones_had_when_they_were_young() -> None:
    ripe, young = {"won": 45, "lost": 50, "open": 5}, {"won": 10, "lost": 15, "open": 75}
    assert not compared(ripe, {"open": 100}, young)
    assert compared(ripe, {"open": 100})
    [won] = compared(ripe, {"won": 100}, young)
    assert (won.severity, won.value) == ("error", "won")


def of_amount(now: Slice, *, feature: str = "number", past: Slice | None = None) -> list[Change]:
    return list(measures(stream(past or of_numbers(), now), "amount", feature=feature))


def test_the_same_numbers_pass() -> None:
    assert of_amount(of_numbers()) == []
    assert of_amount(of_numbers(p10=12, p50=60, p90=120)) == []


@pytest.mark.parametrize(
    ("amounts", "severity", "text"),
    [
        (
            {"p10": 1000, "p50": 5000, "p90": 1e4, "highest": 2e4},
            "error",
            "is typically 5,000 (50 before)",
        ),
        ({"p10": 0.1, "p50": 0.5, "p90": 1.0}, "error", "is typically 0.5 (50 before)"),
        ({"p10": 25, "p50": 125, "p90": 250}, "warn", "is typically 125 (50 before)"),
        ({"negative": 80}, "error", "is below zero in 89% of the rows (0% at most before)"),
        ({"zero": 60}, "warn", "is zero in 67% of the rows"),
        (
            {"filled": 0, "distinct": 0},
            "error",
            "is empty in 100% of 100 rows (10% at most before)",
        ),
        ({"filled": 60}, "warn", "is empty in 40%"),
        ({"distinct": 1}, "error", "has one value in 90 rows (at least 80 before)"),
        ({"distinct": 25}, "warn", "has 25 values in 90 rows"),
    ],
)
def test_numbers_unlike_any_month_before(
    amounts: dict[str, float], severity: str, text: str
) -> None:
    changes = of_amount(of_numbers(**amounts))
    assert [
        (change.severity, text in change.text) for change in changes if text in change.text
    ] == [(severity, True)]


def test_a_score_of_another_scale_is_certain() -> None:
    five = of_numbers(distinct=5, p10=2, p50=4, p90=5, highest=5)
    ten = of_numbers(distinct=10, p10=4, p50=8, p90=10, highest=10)
    [change] = of_amount(ten, past=five)
    assert (change.severity, change.text) == (
        "error",
        "amount goes up to 10 (5 in every month before)",
    )


def test_what_comes_later_may_be_missing_but_not_be_there_for_all() -> None:
    assert of_amount(of_numbers(filled=30, distinct=30), feature="lag") == []
    past = of_numbers(filled=60, distinct=50)
    [change] = of_amount(of_numbers(filled=100, distinct=90), feature="lag", past=past)
    assert (change.severity, change.text) == (
        "error",
        "amount is filled in 100% of 100 rows (60% at most before)",
    )


def test_what_some_rows_always_lacked_is_not_there_for_all_by_chance() -> None:
    """All tasks are done: of old ones nineteen of twenty were, of young ones seven of ten."""
    old, young = of_numbers(400, filled=380), of_numbers(400, filled=280)
    all_done = of_numbers(400, filled=400, distinct=80)
    [change] = measures(stream(old, all_done, young), "amount", feature="lag")
    assert (change.severity, change.text) == (
        "error",
        "amount is filled in 100% of 400 rows (95% at most before)",
    )
    # a field that has become mandatory
    [change] = measures(stream(old, all_done), "amount", feature="text")
    assert change.severity == "warn"
    # fifty rows are all filled by chance
    few = of_numbers(50, filled=50, distinct=50)
    assert not list(measures(stream(old, few, young), "amount", feature="lag"))
    # and a month in which all were has been there
    whole = of_numbers(400, filled=400)
    assert not list(measures(stream(whole, all_done, young), "amount", feature="lag"))
