"""CSV and JSON: all columns, every digit, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json

from scorecards.columns import tables
from scorecards.rendering.documents import alerts_csv, alerts_json, scorecard_csv, scorecard_json
from tests.unit.scorecards.factories import alert_row, alerts_view, scorecard_row, scorecard_view


def test_csv_has_every_column_in_order() -> None:
    text = scorecard_csv(scorecard_view(scorecard_row(value=1 / 3)))
    (row,) = csv.DictReader(io.StringIO(text))
    assert list(row) == list(tables()["scorecard"].columns)
    assert (row["value"], row["period_start"], row["benchmark_low"]) == (
        repr(1 / 3),
        "2026-06-01",
        "",
    )


def test_a_name_that_is_a_formula_is_a_text_for_spreadsheets() -> None:
    (row,) = csv.DictReader(io.StringIO(alerts_csv(alerts_view(alert_row(scope_name="=cmd()")))))
    assert row["scope_name"] == "'=cmd()"
    assert row["value"] == "1030.5"


def test_json_is_plain_data_with_its_trust() -> None:
    document = json.loads(scorecard_json(scorecard_view()))
    assert (document["role"], document["subject"]) == (
        "rep",
        {"scope": "rep", "key": "crm:A", "name": "Ana"},
    )
    assert document["rows"][0]["period_start"] == "2026-06-01"
    assert document["trust"]["release_id"] == "R1"
    alerts = json.loads(alerts_json(alerts_view(alert_row())))
    assert alerts["rows"][0]["since_at"] == "2026-06-29T08:00:00Z"
    assert (alerts["rows"][0]["value"], alerts["rows"][0]["threshold"]) == (1030.5, 24)
