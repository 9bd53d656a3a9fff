"""Workbooks, read back by openpyxl."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa

from serving.rest.workbook import workbook
from tests.unit.serving.conftest import Client


def cells(content: bytes) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["answer"]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def test_types_and_texts_that_look_like_formulas() -> None:
    at = datetime(2026, 5, 13, 8, 0, tzinfo=UTC)
    table = pa.table(
        {
            "name": ["=cmd()", "+1", None, "ñ"],
            "day": [date(2026, 5, 13), None, None, None],
            "at": pa.array([at, None, None, None], pa.timestamp("us", "Europe/Madrid")),
            "amount": pa.array(
                [Decimal("300.25"), None, Decimal("-1.5"), None], pa.decimal128(18, 2)
            ),
            "share": [0.1, None, None, None],
        }
    )
    content = workbook(table)
    header, first, second, third, fourth = cells(content)
    assert header == ("name", "day", "at", "amount", "share")
    assert first == ("=cmd()", datetime(2026, 5, 13), datetime(2026, 5, 13, 10, 0), 300.25, 0.1)
    assert (second[0], third[3], fourth[0]) == ("+1", -1.5, "ñ")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["answer"]
    assert sheet["A2"].data_type != "f", "a text, no formula"


def test_over_http(client: Client) -> None:
    answer = client.get("/api/v1/query?metrics=revenue&group_by=rep__region&format=xlsx")
    assert answer.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    assert cells(answer.content)[1] == ("Norte", 460.4)
    empty = client.get("/api/v1/query?metrics=revenue&group_by=rep__region&format=xlsx&limit=0")
    assert cells(empty.content) == [("rep__region", "revenue")]
