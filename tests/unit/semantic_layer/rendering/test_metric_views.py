"""The card of a metric as a reader sees it."""

from __future__ import annotations

import dataclasses

from orchestration.core.records import ReleaseWarning
from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card
from semantic_layer.rendering.metric_views import card


def test_a_card_speaks_spanish(layer: SemanticLayer) -> None:
    from rich.console import Console

    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(card(metric_card(layer, "revenue"), lang="es"))
    text = console.export_text()
    assert "Ingresos totales" in text
    assert "310,25" in text
    assert "Último valor" in text and "mes de 2026-01-01" in text
    assert "Last value" not in text


def test_a_card_has_what_is_doubtful_with_what_to_do(layer: SemanticLayer) -> None:
    from rich.console import Console

    doubt = ReleaseWarning(
        check="loads.volume", subject="shop.orders", observed="3 rows", expected="about 30 rows",
        remedy="Ask whether the export was complete.", waiver="ana: holiday",
    )  # fmt: skip
    shown = dataclasses.replace(metric_card(layer, "revenue"), warnings=(doubt,))
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(card(shown))
    assert (
        "loads.volume on shop.orders: 3 rows (waived: ana: holiday). Ask whether the export was complete."
        in console.export_text()
    )
