"""Workbooks: dates, times and blank rows."""

from __future__ import annotations

import datetime as dt

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.unit.ingestion.factories import Company


def test_xlsx_dates_times_and_blank_rows(company: Company) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Calls"
    sheet.append(["id", "start", "day", "time", "talk", "cost"])
    sheet.append(
        [
            1,
            dt.datetime(2026, 7, 1, 9, 30, 15),
            dt.date(2026, 7, 1),
            dt.time(9, 30, 15),
            dt.timedelta(minutes=2, seconds=5),
            1.5,
        ]
    )
    sheet.append([None] * 6)
    sheet.append([2, "01/07/2026 10:00:00", "2026-07-01", "10:00:00", "0:01:00", "2,25"])
    sheet.append([3, "never", None, None, None, None])
    book.save(company.inbox / "calls.xlsx")
    company.map(
        "calls",
        {
            "files": "*.xlsx",
            "columns": {
                "call_id": "id",
                "started_at": "start",
                "answered_at": {"sql": 'date_text("day") || \' \' || time_text("time")'},
                "talk_seconds": {"column": "talk", "format": "duration"},
                "direction": {"value": "inbound"},
                "disposition": {"value": "answered"},
            },
        },
        format={"sheet": "Calls", "decimal": ",", "timestamp": "%d/%m/%Y %H:%M:%S"},
        time_zone="Europe/Madrid",
    )
    result = company.land()
    assert not result.rejected_files
    start = dt.datetime(2026, 7, 1, 7, 30, 15)
    eight = dt.datetime(2026, 7, 1, 8)
    assert company.rows(
        "select call_id, started_at, answered_at, talk_seconds, _line from landing.calls order by 1"
    ) == [("1", start, start, 125, 2), ("2", eight, eight, 60, 4)]
    [load] = result.loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        4,
        2,
        1,
        1,
    )
    [(line, reason)] = company.quarantine()
    assert line == 5
    assert "started_at: found 'never'" in reason


def test_days_of_a_workbook_that_counts_from_1904(company: Company) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "due", "created"])
    sheet.append(["1", dt.date(2024, 3, 5), dt.datetime(2024, 3, 5, 10, 30)])
    book.save(company.inbox / "a.xlsx")
    columns = {"task_id": "id", "due_at": "due", "created_at": "created"}
    company.map("tasks", {"files": "*.xlsx", "columns": columns})
    company.land()
    assert company.rows("select due_at, created_at from landing.tasks") == [
        (dt.datetime(2024, 3, 5), dt.datetime(2024, 3, 5, 10, 30))
    ]


def test_days_without_number_are_no_durations(company: Company) -> None:
    """A cell of 45 is 45 seconds of somebody who typed them, not 45 days."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "talk"], ["1", dt.timedelta(hours=30)], ["2", 45], ["3", 0.5]):
        sheet.append(row)
    book.save(company.inbox / "a.xlsx")
    columns = {
        "call_id": "id",
        "talk_seconds": {"column": "talk", "format": "duration"},
        "started_at": {"value": "2024-03-05"},
        "direction": {"value": "inbound"},
        "disposition": {"value": "answered"},
    }
    company.map("calls", {"files": "*.xlsx", "columns": columns})
    company.land()
    assert company.rows("select call_id, talk_seconds from landing.calls order by 1") == [
        ("1", 108_000),
        ("3", 43_200),
    ]
    assert company.quarantine()[0][0] == 3
