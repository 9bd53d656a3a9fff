"""Formulas of each kind of metric, as one line of SQL."""

from __future__ import annotations

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        (
            "revenue",
            "sum(net_amount) from customer.fct_order_lines where not order_line__is_cancelled",
        ),
        ("orders", "count(distinct order_key) from customer.fct_order_lines where not "),
        ("sales_cycle_days", "avg(cycle_days) from funnel.fct_deals where deal__is_won"),
        ("win_rate", "opportunities_won / opportunities_closed"),
        ("revenue_mom_growth", "where revenue_before = revenue 1 month before"),
        ("revenue_year_to_date", "revenue accumulated since the start of the year"),
    ],
)
def test_formulas_read_as_sql(layer: SemanticLayer, name: str, formula: str) -> None:
    assert formula in metric_card(layer, name).metric.formula
