"""Many metrics by period."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.evaluation import evaluate, values
from semantic_layer.layer import SemanticLayer


def test_values_are_long_and_end_at_until(layer: SemanticLayer) -> None:
    table = values(
        layer, ["revenue_year_to_date", "win_rate"], "month", until=date(2026, 2, 10)
    ).to_pylist()
    assert table[-2:] == [
        {
            "metric": "win_rate",
            "grain": "month",
            "period_start": date(2025, 11, 1),
            "value": 1.0,
        },
        {
            "metric": "win_rate",
            "grain": "month",
            "period_start": date(2026, 1, 1),
            "value": 1.0,
        },
    ]
    running = [row["value"] for row in table if row["metric"] == "revenue_year_to_date"]
    assert running == [150.15, 350.15, 310.25, 350.25]


def test_values_name_the_metric_that_fails(layer: SemanticLayer) -> None:
    evaluation = evaluate(layer, ["revenue", "no_such_metric"], "month")
    assert set(evaluation.failures) == {"no_such_metric"}
    assert evaluation.table.num_rows == 4
    with pytest.raises(QueryInvalid, match="no_such_metric"):
        values(layer, ["revenue", "no_such_metric"], "month")


def test_periods_outside_are_left_out(layer: SemanticLayer) -> None:
    evaluation = evaluate(
        layer,
        ["revenue"],
        "month",
        by=("rep__region",),
        since=date(2025, 12, 1),
        until=date(2026, 1, 15),
    )
    starts = {row["period_start"] for row in evaluation.table.to_pylist()}
    assert starts == {date(2025, 12, 1), date(2026, 1, 1)}
