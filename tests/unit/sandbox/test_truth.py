"""The ground truth: every row is counted, and its figures are those of hand-written SQL over the raw files."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sandbox import Truth
from tests.e2e.oracle import Oracle, sections

pytestmark = pytest.mark.slow

# The metrics that the main job must answer.
# fmt: off
REQUIRED = [
    "revenue", "gross_revenue", "returned_revenue", "return_rate", "orders",
    "average_order_value", "gross_margin", "gross_margin_rate", "revenue_mom_growth",
    "revenue_yoy_growth", "calls", "outbound_calls", "inbound_calls", "answer_rate", "average_speed_of_answer",
    "talk_time", "sales_emails_sent", "meetings", "demos", "opportunities_created", "opportunities_won",
    "opportunities_lost", "won_value", "win_rate", "average_deal_size", "sales_cycle_days", "pipeline_value",
    "leads_created", "qualified_lead_rate", "lead_response_hours", "lead_to_customer_rate", "emails_sent",
    "open_rate", "click_rate", "reply_rate", "marketing_spend", "customer_acquisition_cost", "active_customers",
    "new_customers", "customer_retention_rate", "orders_per_customer", "quota", "quota_attainment",
]
# fmt: on


@pytest.fixture(scope="module")
def oracle(company_folder: Path) -> Iterator[Oracle]:
    opened = Oracle(company_folder / "inbox", fixed_costs={"2026-01": 1_000})
    yield opened
    opened.connection.close()


def _differences(
    truth: Mapping[str, float | None], oracle: Mapping[str, float | None]
) -> list[str]:
    lines = []
    for key in sorted(truth.keys() | oracle.keys()):
        a, b = truth.get(key), oracle.get(key)
        same = a is b if a is None or b is None else math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
        if not same:
            lines.append(f"{key!r}: truth {a}, oracle {b}")
    return lines


def test_every_required_metric_has_a_truth_and_an_oracle(truth: Truth) -> None:
    assert [name for name in REQUIRED if name not in truth.metrics] == []
    assert [name for name in REQUIRED if name not in sections()] == []


@pytest.mark.parametrize("metric", sorted(sections()))
def test_oracle_is_truth(metric: str, truth: Truth, oracle: Oracle) -> None:
    if metric not in truth.metrics:
        grains = oracle.grains(metric)
        cuts = [oracle.by_period(metric, grain) for grain in grains] or [{"": oracle.total(metric)}]
        assert any(value is not None for cut in cuts for value in cut.values())
        return
    figure = truth.metrics[metric]
    if oracle.has_total(metric):
        assert _differences({"": figure.total}, {"": oracle.total(metric)}) == []
    if "month" in oracle.grains(metric) and figure.by_month:
        assert _differences(figure.by_month, oracle.by_month(metric)) == []
    for dimension in figure.by_dimension.keys() & set(oracle.sections[metric].dimensions):
        cut = oracle.by_dimension(metric, dimension)
        assert _differences(figure.by_dimension[dimension], cut) == [], dimension


def test_matched_interactions(truth: Truth, oracle: Oracle) -> None:
    kinds = truth.matches.values()
    share = sum(kind["matched"] for kind in kinds) / sum(kind["all"] for kind in kinds)
    assert oracle.total("matched_interaction_rate") == pytest.approx(share, abs=1e-12)


def test_every_row_of_every_file_is_counted(company_folder: Path, truth: Truth) -> None:
    for name, stream in truth.streams.items():
        assert stream.read == stream.landed + stream.quarantined, name
        assert 0 <= stream.repeats < stream.landed, name
    listed = Counter((line.source, line.stream) for line in truth.quarantine)
    for stream in truth.streams.values():
        assert listed[(stream.source, stream.stream)] == stream.quarantined
    calls = truth.streams["pbx.calls"]
    lines = sum(
        len(path.read_bytes().splitlines()) - 1
        for path in (company_folder / "inbox/pbx").glob("llamadas_*")
    )
    assert lines == calls.read
    reasons = {line.reason for line in truth.quarantine}
    assert {
        "fields_missing",
        "fields_extra",
        "impossible_date",
        "wrong_type",
        "bad_bytes",
    } <= reasons
    assert {
        "unknown_value",
        "missing_key",
        "cut_short",
        "no_customer",
        "no_close_date",
        "rounded_id",
    } <= reasons
