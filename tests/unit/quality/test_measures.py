"""Core figures read from marts: by day, and by rep, team and region."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from orchestration.quality.measures import (
    MEASURES,
    Day,
    Measure,
    days_of,
    groups_of,
    is_last_of_month,
)
from tests.conftest import ROOT

_MARTS = """
attach ':memory:' as marts; create schema marts.sales; create schema marts.core;
create table marts.core.dim_reps as
    select * from (values ('r1@1', 'Ana', 'Inbound', 'North'), ('r2@1', 'Luis', 'Field', 'South'))
    t(rep_version_key, rep_name, team, region);
create table marts.sales.orders as select * from (values
    (date '2026-05-03', 'r1', 'r1@1', 10, true), (date '2026-05-28', 'r1', 'r1@1', 20, true),
    (date '2026-06-03', 'r1', 'r1@1', 30, true), (date '2026-06-03', 'r2', 'r2@1', 40, true),
    (date '2026-06-04', null, null, null, true), (date '2026-06-05', 'r2', 'r2@1', 9, false),
    (date '2026-07-01', 'r2', 'r2@1', 5, true), (null, 'r2', 'r2@1', 5, true)
    ) t(day, rep_key, rep_version_key, amount, is_valid)
"""

ORDERS = Measure("orders", "sales.orders", "day", "amount", "is_valid")


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(_MARTS)
        yield connection


def test_days_have_their_rows_and_what_they_come_to(marts: duckdb.DuckDBPyConnection) -> None:
    assert days_of(marts, ORDERS, date(2026, 6, 30)) == {
        date(2026, 5, 3): Day(1, 10.0),
        date(2026, 5, 28): Day(1, 20.0),
        date(2026, 6, 3): Day(2, 70.0),
        date(2026, 6, 4): Day(1, 0.0),
    }


def test_groups_have_as_many_days_of_each_month_as_of_the_last(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    groups = groups_of(marts, ORDERS, first=may, until=date(2026, 6, 10))
    assert groups["rep"] == {"Ana (r1)": {may: 1, june: 1}, "Luis (r2)": {june: 1}}
    assert groups["team"] == {"Inbound": {may: 1, june: 1}, "Field": {june: 1}}
    whole = groups_of(marts, ORDERS, first=may, until=date(2026, 6, 30))
    assert whole["region"] == {"North": {may: 2, june: 1}, "South": {june: 1}}


def test_the_last_of_a_month_is_known() -> None:
    assert is_last_of_month(date(2028, 2, 29))
    assert not is_last_of_month(date(2028, 2, 28))


def test_each_measure_is_of_a_mart_of_the_project() -> None:
    for measure in MEASURES:
        schema, table = measure.mart.split(".")
        assert (ROOT / "models" / schema / f"{table}.sql").exists(), measure.name
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)
