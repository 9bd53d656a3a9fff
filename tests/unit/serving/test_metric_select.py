"""SELECTs from metrics read as metric queries, without running them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from serving.metric_select import is_probe, read_select, whole_number
from serving.server import Server


@pytest.fixture
def layer(server: Server) -> Iterator[SemanticLayer]:
    with server.service.pool.lease() as layer:
        yield layer


def parsed(sql: str) -> exp.Select:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Select)
    return tree


def test_a_select_is_a_request(layer: SemanticLayer) -> None:
    read = read_select(
        layer,
        parsed(
            "select m.REP__TEAM as team, date_trunc('year', metric_time), sum(revenue) as r, measure(win_rate) "
            "from metrics m where m.rep__region = 'Norte' and metric_time >= date '2025-01-01' "
            "group by team, 2, rep__name order by r desc, 1 limit 7 offset 2"
        ),
    )
    assert read.request.metrics == ("revenue", "win_rate")
    assert read.request.group_by == ("rep__team", "metric_time__year", "rep__name")
    assert read.request.order == ("-revenue", "rep__team")
    assert (read.request.limit, read.request.offset) == (7, 2)
    (where,) = read.request.where
    assert "rep__region = 'Norte'" in where and "m." not in where
    assert [column.output for column in read.columns] == [
        "team",
        "metric_time__year",
        "r",
        "win_rate",
    ]


def test_probes_and_numbers() -> None:
    assert is_probe(parsed("select * from metrics limit 0"))
    assert not is_probe(parsed("select revenue from metrics"))
    with pytest.raises(QueryInvalid, match="name the columns"):
        is_probe(parsed("select * from metrics limit 1"))
    assert whole_number(parsed("select 1 from metrics limit 12"), "limit") == 12
    assert whole_number(parsed("select 1 from metrics"), "limit") is None
    with pytest.raises(QueryInvalid, match="takes a whole number"):
        whole_number(parsed("select 1 from metrics limit 1.5"), "limit")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select sum(win_rate) from metrics", "the sum of `win_rate` has no meaning"),
        ("select sum(orders) from metrics", "no plain sum or count"),
        ("select measure(rep__team) from metrics", "is not of a metric"),
        ("select measure(revenue, 1) from metrics", "is no metric or dimension"),
        (
            "select revenue from metrics group by rollup (rep__team)",
            "takes columns|no metric or dimension",
        ),
        ("select revenue from metrics order by 0", "there is no column 0"),
        ("select 'x' as y from metrics", "is no metric or dimension"),
    ],
)
def test_what_has_no_meaning(layer: SemanticLayer, sql: str, message: str) -> None:
    with pytest.raises(QueryInvalid, match=message):
        read_select(layer, parsed(sql))
