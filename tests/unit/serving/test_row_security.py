"""A manager's token sees the team's rows by each protocol (I9): in figures, values, caches, definitions and errors."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pyarrow as pa
import pytest

from serving.server import Server
from serving.tokens import TokenStore
from tests.unit.serving.conftest import Client

pytestmark = pytest.mark.slow

OTHERS = ("=cmd()", "{{ 7 * 7 }}", "300.25", "700.4", "460.4")
"""A name, a team and sums that are not of the team Alfa."""


@pytest.fixture(scope="module")
def manager(server: Server, tokens: TokenStore, client: Client) -> Client:
    """A manager of Alfa; everything that it queries is in the caches of a caller who sees all."""
    for query in (
        "metrics=revenue",
        "metrics=revenue&group_by=rep__name",
        "saved_query=rep_scorecard",
    ):
        assert client.get(f"/api/v1/query?{query}").status_code == 200
    return Client(url=server.url, token=tokens.create("alfa", "manager", scope="Alfa"))


def test_rest(manager: Client, client: Client) -> None:
    total = manager.get("/api/v1/query?metrics=revenue")
    assert total.json()["rows"] == [{"revenue": 360.15}]
    by_name = manager.get("/api/v1/query?metrics=revenue&group_by=rep__name&format=csv").text
    assert by_name == "rep__name,revenue\nAna,160.15\nBorja,200.00\n"
    saved = manager.get("/api/v1/query?saved_query=rep_scorecard")
    assert {row["rep__team"] for row in saved.json()["rows"]} == {"Alfa"}
    everybodys = client.get("/api/v1/query?metrics=revenue").headers["etag"]
    again = manager.get("/api/v1/query?metrics=revenue", headers={"if-none-match": everybodys})
    assert again.status_code == 200, "an etag is of a scope too"
    card = manager.get("/api/v1/metrics/revenue")
    for answer in (
        total,
        saved,
        card,
        manager.get("/api/v1/dimensions/rep__name/values?metrics=revenue"),
    ):
        assert answer.status_code == 200
        assert not [text for text in OTHERS if text in answer.text]
    refused = manager.get("/api/v1/dimensions/rep__name/values")
    assert refused.status_code == 400 and "those of everybody" in refused.json()["error"]["message"]
    assert client.get("/api/v1/query?metrics=revenue").json()["rows"] == [{"revenue": 700.4}]


def test_graphql(manager: Client, client: Client) -> None:
    create = """mutation { createQuery(environmentId: 1, metrics: [{name: "revenue"}],
        groupBy: [{name: "rep__team"}]) { queryId } }"""
    rows = {}
    for name, caller in (("manager", manager), ("all", client)):
        created = caller.request("POST", "/api/graphql", json={"query": create}).json()
        query_id = created["data"]["createQuery"]["queryId"]
        fetch = f'{{ query(environmentId: 1, queryId: "{query_id}") {{ arrowResult }} }}'
        answer = caller.request("POST", "/api/graphql", json={"query": fetch}).json()
        content = base64.b64decode(answer["data"]["query"]["arrowResult"])
        rows[name] = pa.ipc.open_stream(content).read_all().to_pylist()
    assert [row["rep__team"] for row in rows["manager"]] == ["Alfa"]
    assert len(rows["all"]) == 3
    ways = '{ entities(environmentId: 1, metrics: [{name: "revenue"}]) { name } }'
    names = manager.request("POST", "/api/graphql", json={"query": ways}).json()["data"]["entities"]
    assert "order_line__rep" not in {item["name"] for item in names}


@pytest.fixture
def cursor(server: Server, manager: Client) -> Iterator[Any]:
    adbc = import_module("adbc_driver_flightsql")
    dbapi = import_module("adbc_driver_flightsql.dbapi")
    options = {adbc.DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {manager.token}"}
    with (
        dbapi.connect(server.flight_url, db_kwargs=options, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            '{{ semantic_layer.query(metrics=["revenue"], group_by=["rep__name"]) }}',
            {"Ana", "Borja"},
        ),
        (
            '{{ semantic_layer.dimension_values(group_by="rep__name", metrics=["revenue"]) }}',
            {"Ana", "Borja"},
        ),
        ("select rep__name, revenue from metrics", {"Ana", "Borja"}),
        (
            "select rep__name, revenue from metrics where rep__team <> 'Alfa' or true",
            {"Ana", "Borja"},
        ),
        ("select distinct rep__team from rep_scorecard", {"Alfa"}),
    ],
)
def test_flight(cursor: Any, text: str, names: set[str]) -> None:
    cursor.execute(text)
    assert {row[0] for row in cursor.fetchall()} == names


@pytest.mark.parametrize(
    "text",
    [
        "select rep__name from metrics",
        '{{ semantic_layer.dimension_values(group_by="rep__team") }}',
        "select order_line__rep, revenue from metrics",
        "select revenue from metrics where order_line__rep = 'r3'",
    ],
)
def test_what_is_closed_over_flight(cursor: Any, text: str) -> None:
    with pytest.raises(Exception, match=r"those of everybody|order_line__rep") as refused:
        cursor.execute(text)
    assert not [value for value in OTHERS if value in str(refused.value)]


def test_a_rep_without_a_key_in_the_metrics_sees_nothing(
    server: Server, tokens: TokenStore
) -> None:
    """The tiny company's reps have no `rep__key`: everything is closed, and nothing is open by default."""
    rep = Client(url=server.url, token=tokens.create("rep-r1", "rep", scope="r1"))
    answer = rep.get("/api/v1/query?metrics=revenue")
    assert answer.status_code == 400
    assert "closed to this token" in json.dumps(answer.json())
