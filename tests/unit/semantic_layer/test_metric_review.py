"""The six criteria, on the tiny company with a history and targets written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_review import MetricReview, months_after, review_metrics


def codes(review: MetricReview, criterion: str) -> list[str]:
    return [finding.code for finding in review.findings if finding.criterion == criterion]


def test_each_review_lists_what_the_metric_lacks(history: SemanticLayer) -> None:
    reviews = {r.metric.name: r for r in review_metrics(history, tested={"revenue", "orders"})}
    revenue, orders, rate = reviews["revenue"], reviews["orders"], reviews["win_rate"]
    assert codes(revenue, "aligned") == codes(revenue, "actionable") == []
    assert codes(orders, "aligned") == ["no_objective"]
    # The tiny company's best whole month has 310.25 of revenue.
    assert codes(revenue, "attainable") == ["out_of_reach"]
    assert "900" in revenue.findings[0].text() and "310.2" in revenue.findings[0].text()
    assert codes(rate, "attainable") == []  # a team's target is not compared with the company
    assert codes(reviews["average_order_value"], "attainable") == ["no_target"]
    # Orders are three times revenue in every month, and the average never moves.
    assert codes(revenue, "acute") == codes(orders, "acute") == ["copy"]
    assert codes(reviews["average_order_value"], "acute") == ["still"]
    assert codes(rate, "acute") == []
    assert codes(reviews["revenue_year_to_date"], "acute") == ["no_history"]
    # Of what the average is made of both parts are tested; of the win rate none is.
    assert "untested" not in codes(reviews["average_order_value"], "accurate")
    assert "parts_untested" in codes(rate, "accurate")
    # Set on 1 December for six months, and on 1 January a year ago; as of 10 February 2026.
    assert codes(revenue, "alive") == []
    assert codes(orders, "alive") == ["overdue"]
    assert "2025-07-01" in next(f for f in orders.findings if f.criterion == "alive").text("es")
    assert codes(rate, "alive") == ["dead", "no_review"]


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_after_a_day(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after
