"""Targets of a release."""

from __future__ import annotations

from datetime import date

from semantic_layer.layer import SemanticLayer
from semantic_layer.targets import Target, targets_by_metric


def test_targets_by_metric(history: SemanticLayer) -> None:
    targets = targets_by_metric(history)
    assert sorted(targets) == ["orders", "revenue", "win_rate"]
    assert list(targets["revenue"]) == [
        Target(
            metric="revenue",
            scope="company",
            grain="month",
            period_start=date(2026, 1, 1),
            target=900.0,
            set_on=date(2025, 12, 1),
            review_every_months=6,
        )
    ]


def test_a_release_without_targets_has_none(layer: SemanticLayer) -> None:
    assert targets_by_metric(layer) == {}
