"""Amounts, durations and scores on another scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.gate_trials import streams
from tests.gate_trials.damages.changes import change_rows, set_column, times
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, each_of

_AMOUNTS = (
    Target(streams.LINES, ("unit_price", "discount", "unit_cost")),
    *each_of(streams.LINES, "unit_price", "unit_cost"),
    *each_of(streams.DEALS, "Importe"),
    *each_of(streams.INVOICES, "Total"),
    *each_of(streams.SPEND, "Importe"),
    *each_of(streams.STAFF_COSTS, "Salario"),
)
_DURATIONS = (
    Target(streams.CALLS, ("wait_s", "talk_s", "hold_s", "wrap_s")),
    *each_of(streams.CALLS, "talk_s", "wait_s", "wrap_s"),
)


def _scores(survey: str, change: Callable[[int], int]) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        return change_rows(
            case,
            lambda row: {"Nota": str(change(int(row["Nota"])))},
            columns=("Nota",),
            which=lambda row: row["Encuesta"] == survey and str(row["Nota"]).isdigit(),
        )

    return apply


def _english_decimals(case: Case) -> Damage:
    """`1234.50`, where the source writes `1.234,50`: read as a number a hundred times as large."""
    column = case.target.columns[0]

    def english(value: Any) -> Any:
        return f"{value:.2f}" if hasattr(value, "quantize") else value

    return change_rows(case, lambda row: {column: english(row[column])})


FAMILY = "scales"
KINDS = (
    Kind("amounts_times_100", FAMILY, "amounts are in cents", _AMOUNTS, times("100"), "stops"),
    Kind("amounts_by_100", FAMILY, "amounts are a hundredth", _AMOUNTS, times("0.01"), "stops"),
    Kind(
        "amounts_times_1000",
        FAMILY,
        "amounts are a thousand times what they were",
        _AMOUNTS,
        times("1000"),
        "stops",
    ),
    Kind(
        "amounts_in_thousands",
        FAMILY,
        "amounts are in thousands",
        _AMOUNTS,
        times("0.001"),
        "stops",
    ),
    Kind(
        "some_amounts_times_100",
        FAMILY,
        "some amounts are in cents",
        _AMOUNTS,
        times("100"),
        "stops",
        (0.2, 0.5),
    ),
    Kind(
        "signs_flipped",
        FAMILY,
        "amounts are negative",
        (
            *each_of(streams.LINES, "unit_price"),
            *each_of(streams.DEALS, "Importe"),
            *each_of(streams.INVOICES, "Total"),
            *each_of(streams.SPEND, "Importe"),
            *each_of(streams.STAFF_COSTS, "Salario"),
        ),
        times("-1"),
        "stops",
    ),
    Kind(
        "tax_included",
        FAMILY,
        "amounts have 21 % tax in them",
        (
            *each_of(streams.LINES, "unit_price"),
            *each_of(streams.INVOICES, "Total"),
            *each_of(streams.DEALS, "Importe"),
        ),
        times("1.21"),
        "warns",
    ),
    Kind(
        "amounts_doubled",
        FAMILY,
        "amounts are twice what they were",
        (
            *each_of(streams.LINES, "unit_price"),
            *each_of(streams.INVOICES, "Total"),
            *each_of(streams.DEALS, "Importe"),
            *each_of(streams.SPEND, "Importe"),
        ),
        times("2"),
        "stops",
    ),
    Kind(
        "english_decimals",
        FAMILY,
        "amounts are written with a decimal point",
        (
            *each_of(streams.DEALS, "Importe"),
            *each_of(streams.INVOICES, "Total"),
            *each_of(streams.STAFF_COSTS, "Salario"),
            *each_of(streams.TARGETS, "Objetivo"),
        ),
        _english_decimals,
        "stops",
    ),
    Kind(
        "one_amount",
        FAMILY,
        "every amount is zero",
        (
            *each_of(streams.DEALS, "Importe"),
            *each_of(streams.INVOICES, "Total"),
            *each_of(streams.LINES, "unit_cost"),
            *each_of(streams.SPEND, "Importe"),
        ),
        set_column(0),
        "stops",
    ),
    Kind(
        "milliseconds", FAMILY, "durations are in milliseconds", _DURATIONS, times("1000"), "stops"
    ),
    Kind("minutes", FAMILY, "durations are in minutes", _DURATIONS, times("0.0166667"), "stops"),
    Kind(
        "no_durations",
        FAMILY,
        "durations are zero",
        each_of(streams.CALLS, "talk_s", "wait_s"),
        set_column(0),
        "stops",
    ),
    Kind(
        "csat_of_ten",
        FAMILY,
        "satisfaction is 2 to 10 where it was 1 to 5",
        (Target(streams.SURVEYS, ("Nota",)),),
        _scores("csat", lambda score: score * 2),
        "stops",
    ),
    Kind(
        "nps_of_hundred",
        FAMILY,
        "recommendation is 0 to 100 where it was 0 to 10",
        (Target(streams.SURVEYS, ("Nota",)),),
        _scores("nps", lambda score: score * 10),
        "stops",
    ),
    Kind(
        "nps_of_five",
        FAMILY,
        "recommendation is 0 to 5 where it was 0 to 10",
        (Target(streams.SURVEYS, ("Nota",)),),
        _scores("nps", lambda score: score // 2),
        "stops",
    ),
    Kind(
        "csat_reversed",
        FAMILY,
        "the best satisfaction is the worst",
        (Target(streams.SURVEYS, ("Nota",)),),
        _scores("csat", lambda score: 6 - score),
        "warns",
    ),
)
