"""Answers of the semantic layer against figures added up by hand from the rows in `conftest`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


def rows(layer: SemanticLayer, metrics: str, **options: Any) -> list[tuple[Any, ...]]:
    table = layer.query(QueryRequest.from_text(metrics, **options)).table
    return [tuple(row.values()) for row in table.to_pylist()]


def test_totals_keep_their_type_and_every_digit(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("revenue,orders,units_sold,average_order_value"))
    assert answer.table.to_pylist() == [
        {
            "revenue": Decimal("700.40"),
            "orders": 5,
            "units_sold": 12,
            "average_order_value": pytest.approx(700.40 / 5, abs=1e-12),
        }
    ]
    types = {field.name: field.type for field in answer.table.schema}
    assert types["orders"] == pa.int64()
    assert types["units_sold"] == pa.int64()


def test_grain_adds_metric_time_first_and_gives_dates(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("revenue", grain="month"))
    assert answer.table.column_names == ["metric_time__month", "revenue"]
    assert rows(layer, "revenue", grain="month") == [
        (date(2025, 11, 1), Decimal("150.15")),
        (date(2025, 12, 1), Decimal("200.00")),
        (date(2026, 1, 1), Decimal("310.25")),
        (date(2026, 2, 1), Decimal("40.00")),
    ]


def test_grain_applies_to_metric_time_where_it_stands(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("orders", by="rep__team,metric_time", grain="year"))
    assert answer.table.column_names == ["rep__team", "metric_time__year", "orders"]


def test_metric_time_without_a_grain_is_the_finest(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("orders", by="metric_time"))
    assert answer.table.column_names == ["metric_time__day", "orders"]
    assert answer.table.num_rows == 5


def test_unassigned_rows_are_a_group_of_their_own(layer: SemanticLayer) -> None:
    assert rows(layer, "revenue", by="rep__region") == [
        ("Norte", Decimal("460.40")),
        ("Sur", Decimal("200.00")),
        (None, Decimal("40.00")),
    ]


def test_metrics_of_several_marts_share_their_rows(layer: SemanticLayer) -> None:
    assert rows(layer, "revenue,opportunities_won", by="rep__region") == [
        ("Norte", Decimal("460.40"), 1),
        ("Sur", Decimal("200.00"), 1),
        (None, Decimal("40.00"), None),
    ]


def test_order_limit_and_offset(layer: SemanticLayer) -> None:
    by_name = {"by": "rep__name", "order": "-revenue"}
    assert [row[0] for row in rows(layer, "revenue", **by_name)] == ["=cmd()", "Borja", "Ana", None]
    assert [row[0] for row in rows(layer, "revenue", **by_name, limit=2)] == ["=cmd()", "Borja"]
    paged = rows(layer, "revenue", **by_name, limit=2, offset=1)
    assert [row[0] for row in paged] == ["Borja", "Ana"]
    assert rows(layer, "revenue", **by_name, limit=0) == []


def test_filters_by_plain_names_and_by_templates_agree(layer: SemanticLayer) -> None:
    plain = "rep__region = 'Norte' and metric_time >= '2026-01-01'"
    template = (
        "{{ Dimension('rep__region') }} = 'Norte' "
        "and {{ TimeDimension('metric_time', 'DAY') }} >= '2026-01-01'"
    )
    assert rows(layer, "revenue", where=plain) == [(Decimal("310.25"),)]
    assert rows(layer, "revenue", where=template) == [(Decimal("310.25"),)]
    assert rows(layer, "revenue", where=["rep__region = 'Norte'", "rep = 'r1'"]) == [
        (Decimal("160.15"),)
    ]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("metric_time between '2026-01-01' and '2026-01-31'", "310.25"),
        ("metric_time__month = '2026-01-01'", "310.25"),
        ("metric_time < date '2026-01-01' + interval 1 month", "660.40"),
        ("date_trunc('year', metric_time) = '2025-01-01'", "350.15"),
        ("year(metric_time) = 2025 and month(metric_time) = 12", "200.00"),
        ("rep__name like 'B%' or rep__name ilike 'an%'", "360.15"),
        ("order_line__channel in ('web', 'fax') and not order_line__is_cancelled", "450.40"),
        ("order_line__channel not in ('web')", "250.00"),
        ("rep is null", "40.00"),
        ("rep__team is not null", "660.40"),
        ("lower(rep__team) = 'alfa'", "360.15"),
        ("coalesce(rep__team, 'none') = 'none'", "40.00"),
        ("rep__hired_on > '2021-06-30'", "300.25"),
        (
            "(rep__team = 'Alfa' or rep__region = 'Norte') and order_line__channel = 'shop'",
            "210.00",
        ),
        ("REP__TEAM = 'Alfa'", "360.15"),
        ("rep__team = '{{ 7 * 7 }}'", "300.25"),
        ("{{ Dimension('metric_time').grain('month') }} = '2026-02-01'", "40.00"),
        ("{{ Entity('rep') }} = 'r2'", "200.00"),
    ],
)
def test_filters(layer: SemanticLayer, where: str, expected: str) -> None:
    assert rows(layer, "revenue", where=where) == [(Decimal(expected),)]


def test_time_filters_do_not_cut_what_comes_before(layer: SemanticLayer) -> None:
    """A running total or a growth rate of January still knows December."""
    answer = rows(
        layer,
        "revenue_mom_growth,revenue_year_to_date",
        grain="month",
        where="metric_time >= '2026-01-01' and metric_time < '2026-03-01'",
    )
    assert answer == [
        (date(2026, 1, 1), pytest.approx(310.25 / 200 - 1), Decimal("310.25")),
        (date(2026, 2, 1), pytest.approx(40 / 310.25 - 1), Decimal("350.25")),
    ]


def test_distinct_values_without_metrics(layer: SemanticLayer) -> None:
    assert rows(layer, "", by="rep__team,rep__region") == [
        ("Alfa", "Norte"),
        ("Alfa", "Sur"),
        ("{{ 7 * 7 }}", "Norte"),
    ]


def test_values_are_long_and_end_at_until(layer: SemanticLayer) -> None:
    table = layer.values(
        ["revenue_year_to_date", "win_rate"], "month", until=date(2026, 2, 10)
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
    evaluation = layer.evaluate(["revenue", "no_such_metric"], "month")
    assert set(evaluation.failures) == {"no_such_metric"}
    assert evaluation.table.num_rows == 4
    with pytest.raises(QueryInvalid, match="no_such_metric"):
        layer.values(["revenue", "no_such_metric"], "month")


def test_every_metric_by_every_dimension_offered(layer: SemanticLayer) -> None:
    for metric in layer.metrics():
        for dimension in layer.dimensions([metric.name]):
            grain = "month" if metric.requires_metric_time else None
            by = dimension.name
            if not (metric.requires_metric_time and by == "metric_time"):
                rows(layer, metric.name, by=by, grain=grain)


def test_threads_get_the_same_sql(release_dir: Any) -> None:
    with SemanticLayer.open(release_dir) as layer, ThreadPoolExecutor(8) as pool:
        request = QueryRequest.from_text("revenue,win_rate", by="rep__team", grain="month")
        other = QueryRequest.from_text("orders", by="rep__region", order="-orders")
        results = list(pool.map(layer.query, [request, other] * 20))
    assert len({result.sql for result in results}) == 2
    assert all(result.table.equals(results[0].table) for result in results[::2])
