"""Answers for programs and spreadsheets: CSV and JSON with every digit, rates as 0 to 1."""

from __future__ import annotations

import csv
import io
import json

from semantic_layer.rendering.trust_lines import trust_dict
from semantic_layer.rendering.values import csv_cell, json_value, label
from semantic_layer.results import QueryResult
from semantic_layer.translation import Language


def to_csv(result: QueryResult) -> str:
    """MetricFlow's names and plain values; a text that a spreadsheet would run gets a `'`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in result.columns])
    for row in result.table.to_pylist():
        writer.writerow([csv_cell(row[column.name]) for column in result.columns])
    return out.getvalue()


def to_json(result: QueryResult, *, lang: Language = "en") -> str:
    """`metrics`, `columns`, `rows` (objects by column name), `trust`; every digit."""
    payload = {
        "metrics": list(result.request.metrics),
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "label": label(column, lang),
                "unit": column.unit or None,
                "grain": column.grain or None,
            }
            for column in result.columns
        ],
        "rows": [
            {column.name: json_value(row[column.name]) for column in result.columns}
            for row in result.table.to_pylist()
        ],
        "trust": trust_dict(result.trust),
    }
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, indent=2)
