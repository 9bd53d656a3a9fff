"""What a refresh reads back from a candidate's databases."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb

from orchestration.quality import MetricValue
from orchestration.refresh.evaluation import as_of_of, monthly_values, release_id_in


def database(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_the_data_as_of_time_and_its_day_in_the_reporting_zone(tmp_path: Path) -> None:
    warehouse = database(
        tmp_path / "warehouse.duckdb",
        "create schema landing",
        "create table landing.settings as select timestamp '2026-06-30 22:30:00' as as_of, "
        "date '2026-07-01' as as_of_on",
    )
    assert as_of_of(warehouse) == (datetime(2026, 6, 30, 22, 30), date(2026, 7, 1))


def test_values_by_month_are_empty_before_they_are_evaluated(tmp_path: Path) -> None:
    marts = database(tmp_path / "marts.duckdb", "create schema performance")
    assert monthly_values(marts) == []
    database(
        marts,
        "create table performance.metric_values as select 'orders' as metric, "
        "date '2026-06-01' as period_start, 3.0::double as value",
    )
    assert monthly_values(marts) == [MetricValue("orders", date(2026, 6, 1), 3.0)]


def test_the_release_id_that_rows_carry_already(tmp_path: Path) -> None:
    marts = database(
        tmp_path / "marts.duckdb",
        "create schema performance",
        "create table performance.scorecard (release_id varchar)",
        "create table performance.alerts (release_id varchar)",
    )
    assert release_id_in(marts) is None
    database(marts, "insert into performance.alerts values ('r1')")
    assert release_id_in(marts) == "r1"
