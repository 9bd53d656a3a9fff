"""Definitions as GraphQL's types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from serving.graphql.types import Definitions, page
from serving.server import Server


@pytest.fixture
def definitions(server: Server) -> Iterator[Definitions]:
    with server.service.pool.lease() as layer:
        yield Definitions(layer=layer)


def test_a_metric(definitions: Definitions) -> None:
    metric = next(m for m in definitions.metrics() if m["name"] == "win_rate")
    assert (metric["type"], metric["label"], metric["requiresMetricTime"]) == (
        "RATIO",
        "Win rate",
        False,
    )
    assert metric["queryableGranularities"](None) == ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
    assert metric["config"]["meta"]["unit"] == "percent"
    assert [m["name"] for m in metric["measures"](None)] == [
        "opportunities_won",
        "opportunities_closed",
    ]


def test_dimensions_and_entities(definitions: Definitions) -> None:
    by_name = {d["qualifiedName"]: d for d in definitions.dimensions(["revenue"])}
    assert {"metric_time", "rep__team", "rep__hired_on"} <= set(by_name)
    team = by_name["rep__team"]
    assert (team["name"], team["type"], team["expr"], team["label"]) == (
        "team",
        "CATEGORICAL",
        "team",
        "Team",
    )
    assert by_name["rep__name"]["expr"] == "rep_name"
    assert by_name["rep__hired_on"]["type"] == "TIME"
    entities = {e["name"]: e for e in definitions.entities(["revenue"])}
    assert entities["rep"] == {
        "name": "rep", "description": None, "type": "PRIMARY", "role": "rep", "expr": "rep_version_key", "config": None
    }  # fmt: skip


def test_a_saved_query(definitions: Definitions) -> None:
    (saved,) = definitions.saved_queries()
    assert saved["queryParams"] == {
        "metrics": [{"name": "revenue"}, {"name": "win_rate"}],
        "groupBy": [
            {"name": "metric_time", "grain": "MONTH", "timeGranularity": "MONTH", "datePart": None},
            {"name": "rep__team", "grain": None, "timeGranularity": None, "datePart": None},
        ],
        "where": {"whereSqlTemplate": "{{ Dimension('rep__region') }} is not null"},
    }
    assert saved["exports"] == [
        {"name": "rep_scorecard", "config": {"alias": "rep_scorecard", "schema": "performance", "exportAs": "TABLE"}}
    ]  # fmt: skip


def test_pages() -> None:
    items = [{"name": f"m{n}", "label": "Even" if n % 2 == 0 else "Odd"} for n in range(10)]
    first = page(items, number=1, size=4)
    assert ([i["name"] for i in first["items"]], first["totalItems"], first["totalPages"]) == (
        ["m0", "m1", "m2", "m3"], 10, 3,
    )  # fmt: skip
    assert len(page(items, number=3, size=4)["items"]) == 2
    assert page(items, number=4, size=4)["items"] == []
    found = page(items, number=1, size=None, search="even", terms=["8"])
    assert ([i["name"] for i in found["items"]], found["totalPages"]) == (["m8"], 1)
    assert page([], number=1, size=None)["totalPages"] == 1
    assert len(page(items, number=-1, size=0)["items"]) == 10
