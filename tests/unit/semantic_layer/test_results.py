"""Columns of an answer: their order, their labels, and days without a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa

from semantic_layer.names import GroupBy
from semantic_layer.records import Dimension
from semantic_layer.rendering.values import csv_cell, json_value, text
from semantic_layer.results import ResultColumn, arranged
from tests.unit.scorecards.conftest import metric


def column(name: str, kind: str, grain: str = "") -> ResultColumn:
    return ResultColumn(name=name, kind=kind, label=name, grain=grain)  # type: ignore[arg-type]


def test_columns_come_in_the_order_of_the_request_and_days_as_dates() -> None:
    at = datetime(2026, 5, 1)
    table = pa.table(
        {"revenue": [Decimal("1.50")], "by_month": [at], "by_hour": [at], "team": ["A"]}
    )
    columns = (
        column("by_month", "time", "month"),
        column("by_hour", "time", "hour"),
        column("team", "categorical"),
        column("revenue", "metric"),
    )
    result = arranged(table, columns, time_zone="UTC")
    assert list(result.to_pylist()[0].items()) == [
        ("by_month", date(2026, 5, 1)),
        ("by_hour", at.replace(tzinfo=UTC)),
        ("team", "A"),
        ("revenue", Decimal("1.50")),
    ]


def test_a_metrics_column_has_its_unit_and_direction() -> None:
    result_column = ResultColumn.of_metric(metric("complaints", unit="count", better="down"))
    assert (result_column.kind, result_column.unit, result_column.better, result_column.label) == (
        "metric",
        "count",
        "down",
        "Complaints",
    )


def test_a_dimension_without_a_spanish_label_keeps_its_own() -> None:
    group = GroupBy(
        column="rep__team",
        grain=None,
        dimension=Dimension(name="rep__team", kind="categorical", label="Team"),
    )
    result_column = ResultColumn.of_group(group)
    assert (result_column.name, result_column.label_es, result_column.grain) == (
        "rep__team",
        "Team",
        "",
    )


def test_hours_are_those_of_the_time_zone() -> None:
    """Midnight UTC and an hour later are both two o'clock in Madrid when clocks go back."""
    table = pa.table({"by_hour": [datetime(2026, 10, 25, 0), datetime(2026, 10, 25, 1)]})
    result = arranged(table, (column("by_hour", "time", "hour"),), time_zone="Europe/Madrid")
    assert [at.isoformat() for at in result["by_hour"].to_pylist()] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]


def test_an_hour_is_written_with_its_offset() -> None:
    hour = datetime(2026, 10, 25, 2, tzinfo=timezone(timedelta(hours=1)))
    assert text(hour, column("by_hour", "time", "hour")) == "2026-10-25 02:00+01:00"
    assert csv_cell(hour) == json_value(hour) == "2026-10-25T02:00:00+01:00"
