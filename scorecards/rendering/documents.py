"""Scorecards and alerts for programs and spreadsheets: CSV and JSON with all columns and every digit."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scorecards.columns import tables
from scorecards.views import AlertsView, ScorecardView
from semantic_layer.rendering import csv_cell, trust_dict


def scorecard_csv(view: ScorecardView) -> str:
    """All columns, every digit; a text that a spreadsheet would run gets a `'`."""
    return _csv(view.rows, list(tables()["scorecard"].columns))


def alerts_csv(view: AlertsView) -> str:
    """All columns, every digit; a text that a spreadsheet would run gets a `'`."""
    return _csv(view.rows, list(tables()["alerts"].columns))


def scorecard_json(view: ScorecardView) -> str:
    """`role`, `subject`, `rows` (objects by column name), `trust`."""
    subject = {"scope": view.subject.scope, "key": view.subject.key, "name": view.subject.name}
    return _json({"role": view.role.value, "subject": subject, "rows": view.rows}, view)


def alerts_json(view: AlertsView) -> str:
    """`rows` (objects by column name) and `trust`."""
    return _json({"rows": view.rows}, view)


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(_plain(row[column])) for column in columns])
    return out.getvalue()


def _json(payload: Mapping[str, Any], view: ScorecardView | AlertsView) -> str:
    rows = [{name: _plain(value) for name, value in row.items()} for row in payload["rows"]]
    whole = {**payload, "rows": rows, "trust": trust_dict(view.trust)}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2)


def _plain(value: object) -> object:
    """Plain data: times in ISO form, decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return value.isoformat() if isinstance(value, date) else value
