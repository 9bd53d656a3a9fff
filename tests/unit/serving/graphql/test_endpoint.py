"""GraphQL over HTTP: bodies, callers, pins, and what the extensions carry."""

from __future__ import annotations

import pytest

from serving.server import Server
from serving.tokens import TokenStore
from tests.unit.serving.conftest import Client

NAMES = {"query": "{ metrics(environmentId: 1) { name } }"}


@pytest.mark.parametrize("path", ["/api/graphql", "/"])
def test_both_paths(client: Client, path: str) -> None:
    answer = client.request("POST", path, json=NAMES)
    assert "revenue" in {m["name"] for m in answer.json()["data"]["metrics"]}
    assert client.get(path).status_code == 405


def test_without_a_token_it_says_so_in_dbts_words(client: Client) -> None:
    for token in ("", "embudo_x"):
        answer = client.request("POST", "/api/graphql", token=token, json=NAMES)
        assert answer.status_code == 200
        assert answer.json()["errors"][0]["message"] == "User is not authorized"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "no GraphQL request"),
        (b'[{"query": "{a}"}]', "no GraphQL request"),
        (b'{"query": 1}', "no GraphQL request"),
        (b'{"query": "{a}", "variables": []}', "`variables` must be an object"),
        (b'{"query": "{a}", "operationName": 1}', "`operationName` must be a text"),
        (b'{"query": "{ nothing }"}', "Cannot query field 'nothing'"),
        (b'{"query": "{ metrics { name } }"}', "environmentId"),
        (b'{"query": "mutation { dropTable }"}', "Cannot query field 'dropTable'"),
        (b'{"query": "subscription { a }"}', "subscription"),
        (b'{"query": "query a { __typename } query b { __typename }"}', "operation name"),
        (b"[" * 50_000, "not JSON"),
    ],
)
def test_bodies_that_are_none(client: Client, body: bytes, message: str) -> None:
    answer = client.request("POST", "/api/graphql", data=body)
    assert answer.status_code == 200
    assert message.lower() in answer.json()["errors"][0]["message"].lower()


def test_large_bodies_keep_their_status(client: Client) -> None:
    answer = client.request("POST", "/api/graphql", data=b"x" * 10_000_000)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
        413,
        "too_large",
    )
    chunks = iter([b"x" * 65_536] * 20)
    assert client.request("POST", "/api/graphql", data=chunks).status_code == 413


def test_trust_and_pins(client: Client) -> None:
    for pin, release in (({}, "20260211-1"), ({"embudo-release": "20260210-1"}, "20260210-1")):
        answer = client.request("POST", "/api/graphql", json=NAMES, headers=pin)
        (trust,) = answer.json()["extensions"]["embudo"]["trust"]
        assert trust["release_id"] == answer.headers["embudo-release"] == release
    unknown = client.request("POST", "/api/graphql", json=NAMES, headers={"embudo-release": "x"})
    assert "There is no release `x`" in unknown.json()["errors"][0]["message"]


def test_a_query_is_its_callers_alone(client: Client, server: Server, tokens: TokenStore) -> None:
    create = {
        "query": 'mutation { createQuery(environmentId: 1, metrics: [{name: "revenue"}]) { queryId } }'
    }
    query_id = client.request("POST", "/", json=create).json()["data"]["createQuery"]["queryId"]
    fetch = {"query": f'{{ query(environmentId: 1, queryId: "{query_id}") {{ status }} }}'}
    assert client.request("POST", "/", json=fetch).json()["data"]["query"]["status"] == "SUCCESSFUL"
    other = Client(url=server.url, token=tokens.create("other", "director"))
    refused = other.request("POST", "/", json=fetch).json()["errors"][0]["message"]
    assert refused == other.request("POST", "/", json={
        "query": fetch["query"].replace(query_id, "x" * 24)}
    ).json()["errors"][0]["message"].replace("x" * 24, query_id)  # fmt: skip
