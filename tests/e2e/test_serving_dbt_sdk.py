"""dbt's own Python client, unmodified, against `embudo serve`: the figures are those of `embudo query`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pyarrow as pa
import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo
from tests.e2e.served import Served, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(company: Embudo) -> Iterator[Served]:
    with serving(company, "dbt-sdk") as served:
        yield served


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def graphql(served: Served, kind: str, *, token: str | None = None, lazy: bool = True) -> Any:
    """The client's GraphQL side, `sync` or `asyncio`."""
    name = {"sync": "SyncGraphQLClient", "asyncio": "AsyncGraphQLClient"}[kind]
    client = getattr(import_module(f"dbtsl.api.graphql.client.{kind}"), name)
    return client(
        server_host="unused",
        environment_id=1,
        auth_token=served.token if token is None else token,
        url_format=f"{served.url}/api/graphql",
        lazy=lazy,
    )


QUERIES: tuple[dict[str, Any], ...] = (
    {"metrics": ["revenue", "win_rate"], "group_by": ["rep__team"], "order_by": ["revenue"]},
    {
        "metrics": ["calls"],
        "group_by": ["metric_time__month"],
        "where": ["{{ TimeDimension('metric_time', 'DAY') }} >= '2025-06-01'"],
        "limit": 5,
    },
    {"metrics": ["revenue"], "group_by": ["metric_time__day", "product__name"]},
    {"saved_query": "manager_scorecard", "limit": 20},
)
"""The third has thousands of rows: several pages."""


def expected(layer: SemanticLayer, query: dict[str, Any]) -> pa.Table:
    """The same query as the command line would answer it."""
    if saved := query.get("saved_query"):
        request = layer.catalogue.saved_query(saved).request.narrowed(limit=query["limit"])
    else:
        request = QueryRequest(
            metrics=tuple(query["metrics"]),
            group_by=tuple(query["group_by"]),
            where=tuple(query.get("where", ())),
            order=tuple(query.get("order_by", ())),
            limit=query.get("limit"),
        )
    return layer.query(request).table


@pytest.mark.parametrize("query", QUERIES, ids=["team", "filtered", "pages", "saved"])
def test_answers_over_graphql(served: Served, layer: SemanticLayer, query: dict[str, Any]) -> None:
    """I7, by both clients."""
    wanted = expected(layer, query).to_pylist()
    client = graphql(served, "sync")
    with client.session():
        assert client.query(**query).to_pylist() == wanted
        assert "SELECT" in client.compile_sql(**query)

    async def by_asyncio() -> Any:
        client = graphql(served, "asyncio")
        async with client.session():
            return (await client.query(**query)).to_pylist()

    assert asyncio.run(by_asyncio()) == wanted
    assert len(wanted) > (1_024 if query is QUERIES[2] else 1)


@pytest.mark.parametrize("lazy", [True, False])
def test_definitions_over_graphql(served: Served, layer: SemanticLayer, lazy: bool) -> None:
    client = graphql(served, "sync", lazy=lazy)
    with client.session():
        metrics = {metric.name: metric for metric in client.metrics()}
        assert set(metrics) == set(layer.catalogue.metrics)
        dimensions = {d.qualified_name for d in client.dimensions(metrics=["revenue"])}
        entities = {e.name for e in client.entities(metrics=["revenue"])}
        known = {d.name for d in layer.dimensions(["revenue"])}
        assert (dimensions | entities, dimensions & entities) == (known, set())
        measures = {m.name for m in client.measures(metrics=["win_rate"])}
        assert measures == {"opportunities_won", "opportunities_closed"}
        saved = {query.name for query in client.saved_queries()}
        assert saved == set(layer.catalogue.saved_queries)
        assert client.environment_info().has_metrics_defined
        win_rate = metrics["win_rate"]
        found = win_rate.load_dimensions() if lazy else win_rate.dimensions
        assert "rep__team" in {d.qualified_name for d in found}
        assert "MONTH" in win_rate.queryable_time_granularities


def test_its_own_errors_come_back(served: Served) -> None:
    errors = import_module("dbtsl.error")
    client = graphql(served, "sync")
    with client.session():
        for query, message in (
            ({"metrics": ["revenu"]}, "no metric `revenu`"),
            ({"metrics": ["revenue"], "where": ["1 = (select 1)"]}, "is not allowed"),
            ({"saved_query": "nothing"}, "no saved query"),
        ):
            with pytest.raises(errors.QueryFailedError, match=message):
                client.query(**query)
    for token in ("", "embudo_nobody"):
        stranger = graphql(served, "sync", token=token)
        with stranger.session(), pytest.raises(errors.AuthError):
            stranger.metrics()
