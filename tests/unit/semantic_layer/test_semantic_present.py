"""How answers look: units, languages, formulas in spreadsheets, numbers in JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from decimal import Decimal

import pytest
from rich.console import Console

from semantic_layer.layer import SemanticLayer
from semantic_layer.records import ResultColumn
from semantic_layer.rendering import _json_value, text, to_csv, to_json, to_table
from semantic_layer.request import QueryRequest


@pytest.mark.parametrize(
    ("value", "unit", "english", "spanish"),
    [
        (0.6315008, "percent", "63.15 %", "63,15 %"),
        (Decimal("10005534.00"), "currency", "10,005,534.00 EUR", "10.005.534,00 EUR"),
        (12.5, "currency per day", "12.50 EUR / day", "12,50 EUR / día"),
        (51.7778, "days", "51.78 days", "51,78 días"),
        (67.5207, "seconds", "67.52 s", "67,52 s"),
        (1.5, "hours", "1.50 h", "1,50 h"),
        (4238, "count", "4,238", "4.238"),
        (4238.0, "count", "4,238", "4.238"),
        (1.2345, "ratio", "1.23", "1,23"),
        (None, "percent", "–", "–"),
    ],
)
def test_units(value: object, unit: str, english: str, spanish: str) -> None:
    column = ResultColumn(name="m", kind="metric", label="M", unit=unit)
    assert text(value, column, lang="en", currency="EUR") == english
    assert text(value, column, lang="es", currency="EUR") == spanish


def drawn(layer: SemanticLayer, metrics: str, **options: str) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    result = layer.query(QueryRequest.from_text(metrics, **options))  # type: ignore[arg-type]
    console.print(to_table(result, lang="es", currency="EUR"))
    return console.export_text()


def test_table_in_spanish_with_bars_and_trust(layer: SemanticLayer) -> None:
    shown = drawn(layer, "revenue", grain="month")
    assert "Ingresos totales" in shown
    assert "310,25 EUR" in shown
    assert shown.count("█") > 24
    assert "Versión 20260210-1 · datos hasta 2026-02-10 03:30 UTC · control superado" in shown
    assert "shop.order_lines 2026-02-10 03:11" in shown
    assert "█" not in drawn(layer, "revenue", by="rep__team", grain="month")


def test_many_metrics_stand_under_one_another(layer: SemanticLayer) -> None:
    """Seven columns beside one another are cut to nothing on a terminal."""
    names = "revenue,orders,units_sold,win_rate,average_order_value,opportunities_won,opportunities_closed"
    lines = [line for line in drawn(layer, names, by="rep__region").splitlines() if "│" in line]
    assert any(
        "Sur" in line and "Ingresos totales" in line and "200,00 EUR" in line for line in lines
    )
    (units,) = (line for line in lines if "Unidades vendidas" in line and " 4 " in line)
    assert "Sur" not in units


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


def test_json_has_no_nan() -> None:
    assert _json_value(math.nan) is None
    assert _json_value(math.inf) is None
    assert _json_value(Decimal("10005534.00")) == 10005534
    assert _json_value(True) is True
