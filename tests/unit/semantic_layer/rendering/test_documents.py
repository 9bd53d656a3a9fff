"""Answers as CSV and JSON: formulas in spreadsheets, every digit."""

from __future__ import annotations

import csv
import io
import json

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.rendering import to_csv, to_json
from semantic_layer.request import QueryRequest


def test_csv_escapes_what_a_spreadsheet_would_run(layer: SemanticLayer) -> None:
    result = layer.query(QueryRequest.from_text("revenue", by="rep__name"))
    rows = list(csv.DictReader(io.StringIO(to_csv(result))))
    assert "'=cmd()" in {row["rep__name"] for row in rows}
    growth = to_csv(layer.query(QueryRequest.from_text("revenue_mom_growth", grain="month")))
    assert "\n2026-02-01,-0.87107171635777" in growth


def test_json_holds_every_digit(layer: SemanticLayer) -> None:
    result = layer.query(QueryRequest.from_text("average_order_value,revenue,orders,win_rate"))
    answer = json.loads(to_json(result))
    assert answer["metrics"] == ["average_order_value", "revenue", "orders", "win_rate"]
    assert [column["name"] for column in answer["columns"]] == answer["metrics"]
    (row,) = answer["rows"]
    assert list(row.values()) == [pytest.approx(140.08, abs=1e-12), 700.4, 5, pytest.approx(2 / 3)]
    assert abs(list(row.values())[3] - 2 / 3) < 1e-15
    assert answer["trust"]["release_id"] == "20260210-1"
    assert answer["trust"]["as_of"] == "2026-02-10T03:30:00Z"
