"""Windows of months: how many days they hold, counted in DuckDB."""

from __future__ import annotations

import duckdb
import pytest

from semantic_layer.engine.calendar_windows import with_whole_months

WINDOW = """
SELECT min(facts.day)::date, count(*)
FROM (SELECT unnest(range(date '2022-01-01', date '2027-01-01', interval 1 day)) AS day) facts
INNER JOIN (SELECT date '{last}' AS date_on) subq_3
ON
  (
    DATE_TRUNC('day', facts.day) <= subq_3.date_on
  ) AND (
    DATE_TRUNC('day', facts.day) > subq_3.date_on - INTERVAL {span}
  )
"""


@pytest.mark.parametrize(
    ("last", "span", "first", "days"),
    [
        ("2025-02-28", "12 month", "2024-03-01", 365),
        ("2024-02-29", "12 month", "2023-03-01", 366),
        ("2024-02-28", "12 month", "2023-03-01", 365),
        ("2024-12-31", "12 month", "2024-01-01", 366),
        ("2025-03-31", "12 month", "2024-04-01", 365),
        ("2025-02-28", "1 year", "2024-03-01", 365),
        ("2026-02-28", "1 month", "2026-02-01", 28),
        ("2026-04-30", "1 month", "2026-04-01", 30),
        ("2026-04-30", "1 quarter", "2026-02-01", 89),
        ("2026-05-13", "3 month", "2026-02-14", 89),
    ],
)
def test_a_window_that_ends_with_a_month_begins_with_one(
    last: str, span: str, first: str, days: int
) -> None:
    sql = with_whole_months(WINDOW.format(last=last, span=span))
    row = duckdb.sql(sql).fetchone()
    assert row is not None
    assert (str(row[0]), row[1]) == (first, days)


def test_windows_of_days_are_left_alone() -> None:
    sql = WINDOW.format(last="2025-02-28", span="30 day")
    assert with_whole_months(sql) == sql
