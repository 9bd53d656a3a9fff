"""A scorecard as a table: changes, targets and benchmarks as a person reads them."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from scorecards.rendering.scorecard import scorecard_table
from scorecards.views import ScorecardView
from semantic_layer.translation import Language
from tests.unit.scorecards.factories import scorecard_row, scorecard_view


def shown(view: ScorecardView, lang: Language = "en") -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(scorecard_table(view, lang=lang))
    return console.export_text()


def test_a_row_has_its_period_value_target_status_and_change() -> None:
    text = shown(scorecard_view(missing=2))
    for words in ("rep · Ana", "Revenue", "2026-06", "110.00", "120.00", "watch 92 %", "+10.0 %"):
        assert words in text, words
    assert "2 more have no figure here." in text
    assert "R1" in text, "the trust line"


def test_in_spanish() -> None:
    text = shown(scorecard_view(), lang="es")
    assert "Ingresos" in text
    assert "+10,0 %" in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"unit": "percent", "value": 0.25, "previous_value": 0.2}, "+5.00 pp"),
        ({"previous_value": 0}, "(0"),
        ({"value": None, "status": None}, "–"),
        ({"is_complete": False}, "2026-06 so far"),
        ({"benchmark_typical": 90.0, "benchmark_low": 80.0, "benchmark_high": 99.0}, "80.00"),
        ({"previous_value": -50.0}, "+320.0 %"),
    ],
)
def test_cells(fields: dict[str, Any], words: str) -> None:
    assert words in shown(scorecard_view(scorecard_row(**fields)))
