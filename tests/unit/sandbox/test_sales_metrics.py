"""True figures of sales: identities that hold by definition. The oracle checks the figures themselves."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox import Truth
from sandbox.company import Company
from sandbox.sales_metrics import first_touches
from sandbox.snapshot import Snapshot

pytestmark = pytest.mark.slow


def test_figures_that_follow_from_others(truth: Truth) -> None:
    total = {name: figure.total or 0.0 for name, figure in truth.metrics.items()}
    assert total["gross_margin"] == pytest.approx(total["revenue"] - total["cost_of_goods_sold"])
    assert total["opportunities_closed"] == total["opportunities_won"] + total["opportunities_lost"]
    assert total["win_rate"] == pytest.approx(
        total["opportunities_won"] / total["opportunities_closed"]
    )
    assert total["revenue"] == pytest.approx(total["gross_revenue"] - total["returned_revenue"])
    assert total["average_order_value"] == pytest.approx(total["gross_revenue"] / total["orders"])
    months = truth.metrics["customer_retention_rate"].by_month
    churn = truth.metrics["customer_churn_rate"].by_month
    assert months.keys() == churn.keys()
    assert all(
        kept is None or kept + (churn[month] or 0.0) == pytest.approx(1)
        for month, kept in months.items()
    )


def test_what_is_open_at_the_end_is_weighted_below_its_value(truth: Truth) -> None:
    value, weighted = (
        truth.metrics[name].total or 0.0 for name in ("pipeline_value", "weighted_pipeline_value")
    )
    assert 0 < weighted < value


def test_the_first_touch_is_never_before_the_lead(company: Company) -> None:
    snapshot = Snapshot(company, company.clock.last_day)
    leads = snapshot.leads
    touched = first_touches(snapshot, leads)
    known = touched >= 0
    assert 0.85 < known.mean() < 1
    assert (touched[known] >= leads["created_at"][known]).all()
    assert np.median((touched - leads["created_at"])[known]) > 600
