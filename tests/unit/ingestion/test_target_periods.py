"""Targets whose period does not begin on a boundary of its grain are quarantined, with the nearest ones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.core.periods import first_day, next_first_day
from tests.unit.ingestion.factories import Company

GRAINS = ("day", "week", "month", "quarter", "year")
COLUMNS = {
    "metric": {"value": "revenue"},
    "scope": {"value": "company"},
    "period_grain": "grain",
    "period_start": "start",
    "target": {"value": 100},
}


@pytest.fixture
def targets(company: Company) -> Company:
    return company.map("targets", {"files": "*.csv", "columns": COLUMNS})


def test_a_fiscal_year_a_fiscal_quarter_and_a_week_from_sunday(targets: Company) -> None:
    targets.drop(
        "t.csv",
        "grain,start\nyear,2024-04-01\nquarter,2024-02-01\nweek,2024-12-29\nmonth,2024-04-02\n"
        "year,2024-01-01\nquarter,2024-04-01\nweek,2024-12-30\nmonth,2024-04-01\nday,2024-04-17\n",
    )
    targets.land()
    landed = targets.rows(
        "select period_grain, period_start::varchar from landing.targets order by _line"
    )
    assert landed == [
        ("year", "2024-01-01"),
        ("quarter", "2024-04-01"),
        ("week", "2024-12-30"),
        ("month", "2024-04-01"),
        ("day", "2024-04-17"),
    ]
    expected = "period_start: found '{}', expected the first day of a {} of the calendar; the nearest are {} and {}"
    assert targets.quarantine() == [
        (2, expected.format("2024-04-01", "year", "2024-01-01", "2025-01-01")),
        (3, expected.format("2024-02-01", "quarter", "2024-01-01", "2024-04-01")),
        (4, expected.format("2024-12-29", "week", "2024-12-23", "2024-12-30")),
        (5, expected.format("2024-04-02", "month", "2024-04-01", "2024-05-01")),
    ]


def test_a_grain_that_is_none_has_that_reason_alone(targets: Company) -> None:
    targets.drop("t.csv", "grain,start\nfiscal_year,2024-04-01\nyear,2024-01-01\n")
    targets.land()
    [(line, reason)] = targets.quarantine()
    assert line == 2
    assert reason.startswith("period_grain: found 'fiscal_year', expected one of day, week")
    assert "period_start" not in reason


@settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(
    periods=st.lists(
        st.tuples(st.sampled_from(GRAINS), st.dates(date(2000, 1, 1), date(2090, 1, 1))),
        min_size=1,
        max_size=60,
        unique=True,
    )
)
def test_any_period(targets: Company, periods: list[tuple[str, date]]) -> None:
    """As the calendar of Python has it; every reason names the boundaries before and after."""
    name = f"t_{targets.runs}.csv"
    rows = "".join(f"{grain},{start},{targets.runs}\n" for grain, start in periods)
    targets.drop(name, f"grain,start,run\n{rows}")
    load = targets.land().loads[0]
    begins = [(grain, start) for grain, start in periods if first_day(grain, start) == start]
    assert (load.rows_landed, load.rows_quarantined) == (len(begins), len(periods) - len(begins))
    ends = [
        f"{first_day(grain, start)} and {next_first_day(grain, start)}"
        for grain, start in periods
        if first_day(grain, start) != start
    ]
    reasons = [reason for _, reason in targets.quarantine()][-len(ends) :] if ends else []
    assert all(reason.endswith(end) for reason, end in zip(reasons, ends, strict=True))
