"""Answers made readable: a table for people, CSV for spreadsheets, JSON for programs.

Only tables round and add units. Nothing is computed here. The catalogue of metrics has a module of its own,
`metric_views`, which needs rich.
"""

from __future__ import annotations

from semantic_layer.rendering.documents import to_csv, to_json
from semantic_layer.rendering.fitted_table import FittedTable
from semantic_layer.rendering.tables import to_table
from semantic_layer.rendering.trust_lines import (
    trust_dict,
    trust_line,
    trust_text,
    warning_dict,
    warnings_line,
)
from semantic_layer.rendering.values import csv_cell, json_value, label, text

__all__ = [
    "FittedTable",
    "csv_cell",
    "json_value",
    "label",
    "text",
    "to_csv",
    "to_json",
    "to_table",
    "trust_dict",
    "trust_line",
    "trust_text",
    "warning_dict",
    "warnings_line",
]
