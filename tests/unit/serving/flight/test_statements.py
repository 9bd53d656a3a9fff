"""Answers of query texts, their figures added up by hand from the tiny company's rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from orchestration.core.errors import QueryInvalid
from serving.flight.statements import answer_text
from serving.query_book import StoredAnswer
from serving.server import Server

Answer = Callable[[str], StoredAnswer]


@pytest.fixture
def answer(server: Server) -> Iterator[Answer]:
    with server.service.pool.lease() as layer:
        yield lambda call: answer_text(
            layer, call if "{{" in call else f"{{{{ semantic_layer.{call} }}}}"
        )


def rows(answered: StoredAnswer) -> list[dict[str, Any]]:
    return list(answered.table.to_pylist())


def test_a_query_with_its_trust(answer: Answer) -> None:
    answered = answer(
        'query(metrics=["revenue"], group_by=[Dimension("rep__name")], where=["rep__region = \'Norte\'"], '
        'order_by=["-revenue"], limit=1)'
    )
    assert rows(answered) == [{"rep__name": "=cmd()", "revenue": Decimal("300.25")}]
    trust = json.loads(answered.table.schema.metadata[b"embudo.trust"])
    assert trust["release_id"] == answered.trust.release_id == "20260211-1"


def test_grain_saved_and_compiled(answer: Answer) -> None:
    by_year = answer('query(metrics=["revenue"], grain="year")')
    assert [row["revenue"] for row in rows(by_year)] == [Decimal("350.15"), Decimal("350.25")]
    assert answer('query(saved_query="rep_scorecard", limit=2)').table.num_rows == 2
    ((sql,),) = (row.values() for row in rows(answer('query(metrics=["revenue"], compile=True)')))
    assert sql == answer('query(metrics=["revenue"])').sql
    with pytest.raises(QueryInvalid, match="expected no `metrics`"):
        answer('query(saved_query="rep_scorecard", metrics=["revenue"])')


def test_the_sql_around_keeps_the_trust(answer: Answer) -> None:
    answered = answer(
        'select rep__name as n from {{ semantic_layer.query(metrics=["revenue"], group_by=["rep__name"]) }} '
        "where revenue > 200 order by n limit 5"
    )
    assert rows(answered) == [{"n": "=cmd()"}]
    assert b"embudo.trust" in answered.table.schema.metadata


def test_values_of_a_dimension(answer: Answer) -> None:
    assert rows(answer('dimension_values(group_by="rep__region")')) == [
        {"rep__region": "Norte"}, {"rep__region": "Sur"},
    ]  # fmt: skip
    with pytest.raises(QueryInvalid, match="takes one dimension"):
        answer('dimension_values(group_by=["rep__region", "rep__team"])')


def test_definitions(answer: Answer) -> None:
    metrics = {row["name"]: row for row in rows(answer("metrics()"))}
    assert metrics["win_rate"]["queryable_granularities"] == "day, week, month, quarter, year"
    assert [row["name"] for row in rows(answer('metrics(search="win rate")'))] == ["win_rate"]
    dimensions = {
        row["name"] for row in rows(answer('dimensions(metrics=["revenue", "win_rate"])'))
    }
    assert "rep__team" in dimensions and "deal__stage" not in dimensions
    assert {"rep"} <= {row["name"] for row in rows(answer('entities(metrics=["revenue"])'))}
    grains = rows(answer('queryable_granularities(metrics=["revenue"])'))
    assert [grain["name"] for grain in grains] == ["day", "week", "month", "quarter", "year"]
    fitting = {
        row["name"] for row in rows(answer('metrics_for_dimensions(group_by=["deal__stage"])'))
    }
    assert {"win_rate"} <= fitting and "revenue" not in fitting
    (saved,) = rows(answer("saved_queries()"))
    assert (saved["name"], saved["group_by"]) == ("rep_scorecard", "metric_time__month, rep__team")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('query(metrics=["revenu"])', "no metric `revenu`"),
        ("query()", "names no metric"),
        ('query(metrics=["revenue"], grain="eon")', "no grain `eon`"),
        ('query(metrics=["revenue"], limit=-1)', "values are texts, whole numbers"),
        ('dimensions(metrics=["x"])', "no metric `x`"),
        ("metrics_for_dimensions()", "takes dimensions"),
        ('query(metrics=[' + ",".join(f'"m{n}"' for n in range(60)) + "])", "60 metrics"),
    ],
)  # fmt: skip
def test_mistakes(answer: Answer, call: str, message: str) -> None:
    with pytest.raises(QueryInvalid, match=message):
        answer(call)
