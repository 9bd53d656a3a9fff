"""Alerts as a table: what, who, since when, how much, and what to do."""

from __future__ import annotations

from rich.console import Console

from scorecards.rendering.alerts import alerts_table
from scorecards.views import AlertsView
from semantic_layer.translation import Language
from tests.unit.scorecards.factories import alert_row, alerts_view


def shown(view: AlertsView, *, limit: int = 10, lang: Language = "en") -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(alerts_table(view, limit=limit, lang=lang))
    return console.export_text()


def test_an_alert_has_its_value_and_the_limit_that_it_exceeds() -> None:
    text = shown(alerts_view(alert_row()))
    for words in ("critical", "Nobody has answered", "Ana", "crm:L1", "2026-06-29 08:00", "Call."):
        assert words in text, words
    assert "1,030.5 / 24 h" in text


def test_in_spanish_numbers_and_words_are_spanish() -> None:
    text = shown(alerts_view(alert_row()), lang="es")
    assert "1.030,5 / 24 h" in text
    assert "Nadie ha respondido" in text and "Llama." in text


def test_what_is_unknown_is_a_dash_and_a_ratio_has_no_unit() -> None:
    row = alert_row(value=None, since_at=None, unit="ratio")
    assert "– / 24" in shown(alerts_view(row)).replace("  ", " ")


def test_the_rest_is_counted() -> None:
    rows = [alert_row(subject_key=f"crm:L{n}") for n in range(5)]
    text = shown(alerts_view(*rows), limit=2)
    assert "crm:L1" in text and "crm:L2" not in text
    assert "3 more" in text
    assert "No alerts." in shown(alerts_view())
