"""Targets beside those of the periods before: which are faults, and which honest changes."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.quality.target_totals import Target, target_faults

AS_OF = date(2026, 6, 30)
REGIONS = ("North", "South", "East")


def targets(
    months: list[date],
    *,
    keys: tuple[str, ...] = REGIONS,
    scope: str = "region",
    value: float = 1000.0,
    new: bool = False,
) -> list[Target]:
    return [
        Target("revenue", scope, key, "month", month, value + 10 * month.month, new)
        for month in months
        for key in keys
    ]


def month(number: int) -> date:
    """The months of 2025 and 2026, the first of them 1."""
    return date(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


BEFORE = [month(n) for n in range(1, 18)]
JUNE = [date(2026, 6, 1)]


def texts(rows: list[Target]) -> list[tuple[str, str]]:
    return [(fault.severity, fault.text) for fault in target_faults(rows, AS_OF)]


def test_targets_as_before_are_no_fault() -> None:
    assert texts([*targets(BEFORE), *targets(JUNE, new=True)]) == []
    assert texts([*targets(BEFORE), *targets(JUNE, value=1300, new=True)]) == []


def test_last_years_targets_are_a_fault_where_the_period_has_none() -> None:
    last_year = targets([date(2025, 6, 1)], new=True)
    rest = [target for target in targets(BEFORE) if target.period != date(2025, 6, 1)]
    [(severity, text)] = texts([*rest, *last_year])
    assert severity == "error"
    assert (
        text
        == "the newest targets of revenue by region and month are of 2025-06, and 2026-06 has none"
    )


def test_last_years_targets_are_a_fault_shortly_before_the_period() -> None:
    """Those of July are due at the end of June."""
    again = targets([date(2025, 7, 1)], new=True)
    rest = [row for row in targets(BEFORE) if row.period != date(2025, 7, 1)]
    [(severity, text)] = texts([*rest, *targets(JUNE), *again])
    assert severity == "error"
    assert text.endswith("are of 2025-07, and 2026-07 has none")


def test_seasons_of_targets_are_none() -> None:
    """August has a third of the others, each year; twice the targets of June are twice as much all the same."""
    seasonal = [
        target
        for period in BEFORE
        for target in targets([period], value=300.0 if period.month == 8 else 1000.0)
    ]
    assert texts([*seasonal, *targets(JUNE, new=True)]) == []
    [(severity, _)] = texts([*seasonal, *targets(JUNE, value=2100, new=True)])
    assert severity == "warn"


def test_a_correction_of_the_last_month_is_none() -> None:
    rest = [target for target in targets(BEFORE) if target.period != date(2026, 5, 1)]
    assert texts([*rest, *targets([date(2026, 5, 1)], value=1200, new=True)]) == []
    july = targets([date(2026, 7, 1)])
    assert (
        texts([*targets(BEFORE), *targets(JUNE), *july, *targets([date(2025, 6, 1)], new=True)])
        == []
    )


@pytest.mark.parametrize(
    ("value", "severity"),
    [(2100.0, "warn"), (450.0, "warn"), (100_000.0, "error"), (90.0, "error")],
)
def test_totals_of_another_size_are_a_fault(value: float, severity: str) -> None:
    [(found, text)] = texts([*targets(BEFORE), *targets(JUNE, value=value, new=True)])
    assert found == severity
    assert "targets of revenue by region and month" in text


def test_totals_that_always_moved_so_may() -> None:
    uneven = [
        target
        for number, period in enumerate(BEFORE)
        for target in targets([period], value=500.0 if number % 5 < 2 else 2500.0)
    ]
    assert texts([*uneven, *targets(JUNE, value=1100, new=True)]) == []


def test_a_region_that_has_none_any_more_is_named() -> None:
    [(severity, text)] = texts([*targets(BEFORE), *targets(JUNE, keys=REGIONS[:2], new=True)])
    assert severity == "warn"
    assert text == "1 of 3 have no target of revenue by region and month in 2026-06 any more: East"


def test_a_new_region_and_a_rep_who_left_are_no_fault() -> None:
    assert texts([*targets(BEFORE), *targets(JUNE, keys=(*REGIONS, "West"), new=True)]) == []
    reps = tuple(f"u{number}" for number in range(12))
    history = targets(BEFORE, keys=reps, scope="rep")
    assert texts([*history, *targets(JUNE, keys=reps[1:], scope="rep", new=True)]) == []
    [(severity, text)] = texts([*history, *targets(JUNE, keys=reps[4:], scope="rep", new=True)])
    assert (severity, text[:7]) == ("warn", "4 of 12")


def test_a_scope_without_targets_is_named_where_others_have_some() -> None:
    history = [*targets(BEFORE), *targets(BEFORE, keys=("",), scope="company")]
    july = [date(2026, 7, 1)]
    ahead = [*history, *targets(JUNE), *targets(JUNE, keys=("",), scope="company")]
    [(_, text)] = texts([*ahead, *targets(july, keys=("",), scope="company", new=True)])
    assert text.startswith("2026-07 has no targets of revenue by region and month")
    [(severity, text)] = texts([*history, *targets(JUNE, keys=("",), scope="company", new=True)])
    assert severity == "warn"
    assert text == (
        "2026-06 has no targets of revenue by region and month, but others of the metric; 2026-05 had 3"
    )
