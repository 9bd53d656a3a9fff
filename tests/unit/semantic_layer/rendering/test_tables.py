"""Answers as tables for a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from semantic_layer.layer import SemanticLayer
from semantic_layer.rendering import to_table
from semantic_layer.request import QueryRequest


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
