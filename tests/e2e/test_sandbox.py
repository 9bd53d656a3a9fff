"""The made-up company through the main job, every figure held against SQL over its raw files."""

from __future__ import annotations

import json
import math
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import sandbox
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo
from tests.e2e.oracle import Oracle, sections

pytestmark = pytest.mark.slow

# Issue "The main job": at least these metrics.
MAIN_METRICS = (
    "revenue",
    "orders",
    "average_order_value",
    "gross_margin",
    "gross_margin_rate",
    "revenue_mom_growth",
    "revenue_yoy_growth",
    "calls",
    "outbound_calls",
    "inbound_calls",
    "answer_rate",
    "average_speed_of_answer",
    "talk_time",
    "sales_emails_sent",
    "meetings",
    "demos",
    "opportunities_created",
    "opportunities_won",
    "opportunities_lost",
    "won_value",
    "win_rate",
    "average_deal_size",
    "sales_cycle_days",
    "pipeline_value",
    "leads_created",
    "qualified_lead_rate",
    "lead_response_hours",
    "lead_to_customer_rate",
    "emails_sent",
    "open_rate",
    "click_rate",
    "reply_rate",
    "marketing_spend",
    "customer_acquisition_cost",
    "active_customers",
    "new_customers",
    "customer_retention_rate",
    "orders_per_customer",
    "quota",
    "quota_attainment",
)


@pytest.fixture(scope="module")
def layer(company: Embudo) -> SemanticLayer:
    return SemanticLayer.open(company.home / "current")


@pytest.fixture(scope="module")
def oracle(folder: Path) -> Oracle:
    return Oracle(folder / "inbox")


def same(found: object, expected: float | None) -> bool:
    """Equal to a cent or 1e-9; a count of nothing is the same as no value."""
    number = float(found) if isinstance(found, int | float | Decimal) else 0.0
    expected = expected or 0.0
    slack = 0.005 if abs(expected) > 1 else 1e-9
    return math.isclose(number, expected, rel_tol=1e-9, abs_tol=slack)


def test_the_oracle_knows_every_metric_of_the_main_job() -> None:
    assert len(MAIN_METRICS) == 40
    assert set(MAIN_METRICS) <= set(sections())


@pytest.mark.parametrize("metric", sorted(sections()))
def test_metric_equals_hand_written_sql(metric: str, layer: SemanticLayer, oracle: Oracle) -> None:
    """I7: in total, by month and by each dimension that the oracle cuts by."""
    wrong: dict[str, object] = {}
    if oracle.has_total(metric):
        rows = layer.query(QueryRequest(metrics=(metric,))).table.to_pylist()
        found, expected = rows[0][metric], oracle.total(metric)
        if not same(found, expected):
            wrong["in total"] = (found, expected)
    if oracle.has_months(metric):
        months = oracle.by_month(metric)
        found_months = {
            f"{row['metric_time__month']:%Y-%m}": row[metric]
            for row in layer.query(QueryRequest(metrics=(metric,), grain="month")).table.to_pylist()
        }
        for month in sorted({*months, *found_months}):
            if not same(found_months.get(month), months.get(month)):
                wrong[month] = (found_months.get(month), months.get(month))
    for dimension in oracle.sections[metric].dimensions:
        cut = oracle.by_dimension(metric, dimension)
        found_cut = {
            row[dimension] or "": row[metric]
            for row in layer.query(
                QueryRequest(metrics=(metric,), group_by=(dimension,))
            ).table.to_pylist()
        }
        for key in sorted({*cut, *found_cut}):
            if not same(found_cut.get(key), cut.get(key)):
                wrong[f"{dimension} = {key!r}"] = (found_cut.get(key), cut.get(key))
    assert wrong == {}


def test_loads_and_quarantine_equal_the_truth(company: Embudo, folder: Path) -> None:
    """I3: what landed and what was set aside is what the generator counted, stream by stream."""
    truth = sandbox.Truth.read(folder)
    status = json.loads(company("status", "--format", "json").stdout)
    landed = {
        f"{entry['source']}.{entry['stream']}": (entry["rows_landed"], entry["rows_quarantined"])
        for entry in status["sources"]
    }
    assert landed == {
        name: (stream.landed, stream.quarantined) for name, stream in truth.streams.items()
    }


def test_parts_add_up(layer: SemanticLayer) -> None:
    """Algebra: teams make regions make the whole; won and lost make closed; rates stay in 0..1."""
    for metric in ("revenue", "orders", "calls", "leads_created", "opportunities_closed"):
        (whole,) = layer.query(QueryRequest(metrics=(metric,))).table.to_pylist()
        for dimension in ("rep__team", "rep__region", "rep__manager", "rep__name"):
            parts = layer.query(
                QueryRequest(metrics=(metric,), group_by=(dimension,))
            ).table.to_pylist()
            assert same(sum(row[metric] or 0 for row in parts), float(whole[metric])), dimension
    rows = layer.query(
        QueryRequest(
            metrics=("opportunities_won", "opportunities_lost", "opportunities_closed", "win_rate"),
            grain="week",
        )
    ).table.to_pylist()
    for row in rows:
        won, lost = row["opportunities_won"] or 0, row["opportunities_lost"] or 0
        assert won + lost == (row["opportunities_closed"] or 0)
        assert row["win_rate"] is None or 0 <= row["win_rate"] <= 1


def test_pipeline_of_a_quarter_is_that_of_its_last_day(layer: SemanticLayer) -> None:
    """Semi-additive: never a sum over days."""
    daily = {
        row["metric_time__day"]: row["pipeline_value"]
        for row in layer.query(
            QueryRequest(metrics=("pipeline_value",), grain="day")
        ).table.to_pylist()
    }
    quarters = layer.query(
        QueryRequest(metrics=("pipeline_value",), grain="quarter")
    ).table.to_pylist()
    last = max(daily)
    assert quarters
    for row in quarters:
        start = row["metric_time__quarter"]
        month = start.month + 3
        following = date(start.year + (month > 12), (month - 1) % 12 + 1, 1)
        final = max(day for day in daily if day < following)
        assert final == last or (following - final).days == 1
        assert row["pipeline_value"] == daily[final]


def test_contact_data_stays_in_the_private_warehouse(company: Embudo, tmp_path: Path) -> None:
    """I9: no phone and no address in the public marts, whatever the table."""
    # A copy: this process has the release open already, in the semantic layer's configuration.
    copy = shutil.copy(company.home / "current" / "marts.duckdb", tmp_path / "marts.duckdb")
    with duckdb.connect(str(copy), read_only=True) as marts:
        columns = marts.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        found = []
        for schema, table, column in columns:
            row = marts.execute(
                f'select count(*) from "{schema}"."{table}" '
                f"where regexp_matches(\"{column}\", '[^@ ]+@[^@ ]+\\.[a-z]+|\\+34[0-9]{{9}}')"
            ).fetchone()
            if row and row[0]:
                found.append(f"{schema}.{table}.{column}")
    assert found == []


def test_answers_say_how_far_to_trust_them(company: Embudo) -> None:
    """I8: release, data-as-of, verdict, and when the streams behind a metric last came."""
    answer = json.loads(company("query", "win_rate", "--format", "json").stdout)
    trust = answer["trust"]
    assert trust["release_id"] == (company.home / "current").resolve().name
    assert trust["as_of"].startswith("2026-06-30")
    assert trust["verdict"] == "pass"
    assert "crm.deals" in trust["streams"]


def test_unknown_names_get_the_nearest(company: Embudo) -> None:
    assert "win_rate" in company("query", "win_rat", expect=9).stderr
    assert "rep__team" in company("query", "revenue", "--by", "rep__tean", expect=9).stderr
