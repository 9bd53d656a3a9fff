"""The last value of a metric."""

from __future__ import annotations

import json
from datetime import date

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card
from semantic_layer.records import LastValue
from semantic_layer.rendering.metric_views import card_json


def test_the_last_value_is_of_a_period_that_is_over(layer: SemanticLayer) -> None:
    """As of 10 February 2026: no sale on the 9th nor in the week before; January is the last whole month."""
    shown = metric_card(layer, "revenue")
    assert shown.last == LastValue(
        grain="month", period_start=date(2026, 1, 1), value=310.25, previous=200.0
    )
    assert json.loads(card_json(shown))["last"]["period_start"] == "2026-01-01"
