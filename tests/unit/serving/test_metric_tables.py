"""SELECTs from metrics, their figures added up by hand from the tiny company's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from serving.metric_tables import answer_select, table_names, table_schema
from serving.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def layer(server: Server) -> Iterator[SemanticLayer]:
    with server.service.pool.lease() as layer:
        yield layer


def rows(layer: SemanticLayer, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in answer_select(layer, sql).table.to_pylist()]


MONTHS = [
    (date(2025, 11, 1), Decimal("150.15")),
    (date(2025, 12, 1), Decimal("200.00")),
    (date(2026, 1, 1), Decimal("310.25")),
    (date(2026, 2, 1), Decimal("40.00")),
]


@pytest.mark.parametrize(
    "sql",
    [
        "select metric_time__month, revenue from metrics",
        "select metric_time__month, sum(revenue) from metrics group by 1 order by 1",
        "SELECT date_trunc('month', m.metric_time) AS mo, MEASURE(m.revenue) AS r FROM semantic_layer.metrics AS m "
        "GROUP BY mo ORDER BY mo",
        'select "metric_time__month", "revenue" from "semantic_layer"."semantic_layer"."metrics" group by all',
        "select distinct metric_time__month, agg(revenue) from metrics group by metric_time__month order by 1 asc;",
    ],
)  # fmt: skip
def test_one_query_in_many_forms(layer: SemanticLayer, sql: str) -> None:
    assert rows(layer, sql) == MONTHS


def test_columns_in_the_order_and_under_the_names_of_the_select(layer: SemanticLayer) -> None:
    answer = answer_select(
        layer,
        "select revenue as r, rep__name n, win_rate from metrics where metrics.rep__region = 'Norte' "
        "group by 2 order by r desc limit 1 offset 1",
    )
    assert answer.table.to_pylist() == [{"r": Decimal("160.15"), "n": "Ana", "win_rate": 0.5}]
    assert answer.trust.release_id == "20260211-1"
    assert b"embudo.trust" in answer.table.schema.metadata


def test_a_dimension_that_is_grouped_by_and_not_selected(layer: SemanticLayer) -> None:
    assert rows(layer, "select revenue from metrics group by rep__region order by 1") == [
        (Decimal("40.00"),), (Decimal("200.00"),), (Decimal("460.40"),),
    ]  # fmt: skip


def test_dimensions_alone_are_distinct(layer: SemanticLayer) -> None:
    assert rows(layer, "select rep__region from metrics order by rep__region desc") == [
        ("Sur",),
        ("Norte",),
    ]


def test_a_time_without_a_grain_keeps_its_name(layer: SemanticLayer) -> None:
    answer = answer_select(
        layer, "select metric_time, orders from metrics where metric_time = '2025-12'"
    )
    assert answer.table.column_names == ["metric_time", "orders"]
    assert answer.table.num_rows == 1


def test_saved_queries_are_tables(layer: SemanticLayer) -> None:
    assert table_names(layer) == ("metrics", "rep_scorecard")
    everything = answer_select(layer, "select * from rep_scorecard")
    assert everything.table.column_names == [
        "metric_time__month",
        "rep__team",
        "revenue",
        "win_rate",
    ]
    assert rows(
        layer,
        "select s.revenue from semantic_layer.rep_scorecard as s where s.rep__team = 'Alfa' "
        "order by s.metric_time__month limit 2",
    ) == [(Decimal("150.15"),), (Decimal("200.00"),)]


def test_tools_look_for_the_columns(layer: SemanticLayer) -> None:
    probe = answer_select(layer, "select * from metrics limit 0").table
    assert (probe.num_rows, probe.schema) == (0, table_schema(layer, "metrics"))
    kinds = {field.name: field.type for field in probe.schema}
    assert kinds["metric_time__month"] == pa.date32()
    assert (kinds["rep__team"], kinds["revenue"]) == (pa.string(), pa.float64())
    saved = table_schema(layer, "rep_scorecard")
    assert [str(field.type) for field in saved] == ["date32[day]", "string", "double", "double"]


REFUSED = [
    ("select sum(win_rate) from metrics", "the sum of `win_rate` has no meaning"),
    ("select sum(orders) from metrics", "the sum of `orders` has no meaning"),
    ("select sum(rep__team) from metrics", "is not of a metric"),
    ("select avg(revenue) from metrics", "is no metric or dimension"),
    ("select count(*) from metrics", "is no metric or dimension"),
    ("select revenue / orders from metrics", "is no metric or dimension"),
    ("select revenue from metrics as a join metrics as b on true", "`joins` has no meaning"),
    ("select revenue from metrics, rep_scorecard", "has no meaning"),
    ("select revenue from (select * from metrics)", "expected one table"),
    ("select revenue from metrics where rep__team = (select 'a')", "not allowed"),
    ("select revenue from metrics where revenue > 1", "a filter takes dimensions"),
    ("select revenue from metrics group by 1", "`group by` takes dimensions"),
    (
        "select revenue, rep__team, rep__region from metrics group by 2",
        "`rep__region` is selected and not",
    ),
    ("select revenue from metrics having revenue > 1", "`having` has no meaning"),
    ("select revenue from metrics qualify row_number() over () = 1", "`qualify` has no meaning"),
    ("with x as (select 1) select revenue from metrics", "`with` has no meaning"),
    ("select revenue from metrics union select 1", "expected one SELECT"),
    ("select revenue from metrics; select 1", "expected one SELECT"),
    ("select * from metrics", "name the columns"),
    ("select *, revenue from metrics limit 0", "name the columns"),
    ("select revenue, revenue from metrics", "two columns are named `revenue`"),
    ("select revenue from metrics order by 2", "there is no column 2"),
    ("select revenue from metrics order by revenue nulls first", "`nulls first` is not possible"),
    ("select revenue from metrics order by rep__team", "Cannot order by"),
    ("select revenue from metrics limit (select 1)", "`limit` takes a whole number"),
    ("select revenue from metrics limit -1", "`limit` takes a whole number"),
    ("select revenu from metrics", "no dimension `revenu`"),
    ("select revenue from metrics using sample 1", "has no meaning"),
    ("select metric_time, metric_time__day, revenue from metrics", "selected twice"),
    ("select 1", "expected one table"),
    ("select * from read_csv('/etc/passwd')", "expected one table|There is no table"),
    ("select * from '/etc/passwd'", "There is no table"),
    ("select * from core.dim_reps", "There is no table"),
    ("select * from main.metrics", "There is no table"),
    ("select * from information_schema.tables", "There is no table"),
    ("select sum(revenue) from rep_scorecard", "not allowed"),
    ("select getenv('HOME') from rep_scorecard", "not allowed"),
    ("select * from rep_scorecard, read_csv('/etc/passwd')", "expected one table|has no meaning"),
    ("insert into metrics values (1)", "expected one SELECT"),
    ("drop table metrics", "expected one SELECT"),
    ("copy metrics to '/tmp/x.csv'", "expected one SELECT"),
    ("attach '/tmp/x.db'", "expected one SELECT"),
    ("install httpfs", "expected one SELECT"),
    ("pragma database_list", "expected one SELECT"),
    ("set lock_configuration = false", "expected one SELECT"),
    ("", "expected one SELECT"),
    ("select", "expected one table|cannot be read"),
    ("select " + "(" * 5_000, "cannot be read"),
    ("x" * 70_000, "longer than"),
]


@pytest.mark.parametrize(("sql", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_has_no_meaning_is_refused(layer: SemanticLayer, sql: str, message: str) -> None:
    with pytest.raises(QueryInvalid, match=message):
        answer_select(layer, sql)
