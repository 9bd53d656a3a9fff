"""Facts added up by day first: the same figures as the join that MetricFlow plans, and nothing else touched."""

from __future__ import annotations

import re

import pytest

from semantic_layer.engine.running_totals import summed_by_day_first
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest

pytestmark = pytest.mark.slow

RUNNING = "revenue_year_to_date"


def planned(sql: str) -> str:
    """The SQL with the facts as MetricFlow joins them."""
    return re.sub(
        r'\(SELECT [^()]*(?:SUM\(\w+\)[^()]*)+ FROM ("[^ ]+") GROUP BY [^()]*\)', r"\1", sql
    )


@pytest.mark.parametrize(
    "by", [(), ("rep__team",), ("order_line__channel",), ("rep__team", "order_line__channel")]
)
@pytest.mark.parametrize("grain", ["day", "month", "year"])
def test_figures_are_those_of_the_plain_join(
    by: tuple[str, ...], grain: str, layer: SemanticLayer
) -> None:
    sql = layer.explain(QueryRequest(metrics=(RUNNING,), group_by=by, grain=grain))  # type: ignore[arg-type]
    plain = planned(sql)
    assert "SUM(net_amount) AS net_amount" in sql
    assert "SUM(net_amount)" not in plain
    assert summed_by_day_first(plain) == sql
    rows = layer.rows(sql)
    assert rows == layer.rows(plain)
    assert len(rows) >= 2


def test_by_hand(layer: SemanticLayer) -> None:
    """Lines of 2026 that are not cancelled: 300.25 on 5 January, 10.00 on the 31st, 40.00 in February."""
    request = QueryRequest(
        metrics=(RUNNING,), grain="month", where=("metric_time >= '2026-01-01'",)
    )
    totals = [float(row[RUNNING]) for row in layer.query(request).table.to_pylist()]
    assert totals[:2] == [310.25, 350.25]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("SUM(", "COUNT(DISTINCT "),
        ("-- Join Self Over Time Range", "-- Join Self"),
        (".net_amount AS", ".net_amount * 2 AS"),
        ("_src_10000.is_cancelled AS", "_src_10000.net_amount < 0 AS"),
    ],
)
def test_what_is_not_a_plain_sum_is_left_alone(part: str, other: str, layer: SemanticLayer) -> None:
    sql = planned(layer.explain(QueryRequest(metrics=(RUNNING,), grain="day")))
    assert summed_by_day_first(sql) != sql
    changed = sql.replace(part, other)
    assert changed != sql
    assert summed_by_day_first(changed) == changed
