"""dbt's own Python client, unmodified, against `embudo serve`: the figures are those of `embudo query`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from typing import Any

import pyarrow as pa
import pytest

from orchestration.core.errors import QueryInvalid
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


def complete(served: Served, kind: str, *, token: str | None = None) -> Any:
    """The client as its users open it: definitions over GraphQL, tables over Flight SQL.

    Its addresses are read from the environment when it is imported.
    """
    env = import_module("dbtsl.env")
    env.GRAPHQL_URL_FORMAT = f"{served.url}/api/graphql"
    env.ADBC_URL_FORMAT = served.flight_url
    name = {"sync": "SyncSemanticLayerClient", "asyncio": "AsyncSemanticLayerClient"}[kind]
    client = getattr(import_module(f"dbtsl.client.{kind}"), name)
    secret = served.token if token is None else token
    return client(environment_id=1, auth_token=secret, host="unused", lazy=True)


def connection(served: Served) -> Any:
    """A connection of Arrow's ADBC driver."""
    adbc = import_module("adbc_driver_flightsql")
    options = {adbc.DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {served.token}"}
    dbapi = import_module("adbc_driver_flightsql.dbapi")
    return dbapi.connect(served.flight_url, db_kwargs=options, autocommit=True)


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


@pytest.mark.filterwarnings("ignore:Cannot disable autocommit")
@pytest.mark.parametrize("query", QUERIES, ids=["team", "filtered", "pages", "saved"])
def test_answers_over_flight(served: Served, layer: SemanticLayer, query: dict[str, Any]) -> None:
    """I7, by both clients."""
    wanted = expected(layer, query).to_pylist()
    client = complete(served, "sync")
    with client.session():
        assert client.query(**query).to_pylist() == wanted

    async def by_asyncio() -> Any:
        client = complete(served, "asyncio")
        async with client.session():
            return (await client.query(**query)).to_pylist()

    assert asyncio.run(by_asyncio()) == wanted


@pytest.mark.filterwarnings("ignore:Cannot disable autocommit")
def test_every_ninth_metric_by_each_way(served: Served, layer: SemanticLayer) -> None:
    """I7: GraphQL, Flight SQL, and SQL on the table `metrics` give the figures of the command line."""
    by_graphql, by_flight = graphql(served, "sync"), complete(served, "sync")
    compared = 0
    with by_graphql.session(), by_flight.session(), connection(served) as connected:
        for name in list(layer.catalogue.metrics)[4::9]:
            by = [d.name for d in layer.dimensions([name]) if d.name == "rep__team"]
            query = {"metrics": [name], "group_by": ["metric_time__month", *by]}
            try:
                wanted = expected(layer, query).to_pylist()
            except QueryInvalid:  # it has no months
                continue
            compared += 1
            assert by_graphql.query(**query).to_pylist() == wanted, name
            assert by_flight.query(**query).to_pylist() == wanted, name
            with connected.cursor() as cursor:
                columns = ", ".join([*query["group_by"], name])
                cursor.execute(f"select {columns} from metrics")
                assert cursor.fetch_arrow_table().to_pylist() == wanted, name
    assert compared > 10


@pytest.mark.filterwarnings("ignore:Cannot disable autocommit")
def test_values_of_a_dimension_and_typed_parameters(served: Served, layer: SemanticLayer) -> None:
    parameters = import_module("dbtsl.api.shared.query_params")
    month = parameters.GroupByParam("metric_time", parameters.GroupByType.TIME_DIMENSION, "MONTH")
    team = parameters.GroupByParam("rep__team", parameters.GroupByType.DIMENSION)
    order = [
        parameters.OrderByMetric("revenue", True),
        parameters.OrderByGroupBy("metric_time", "MONTH", False),
    ]
    wanted = layer.query(
        QueryRequest(
            metrics=("revenue",),
            group_by=("metric_time__month", "rep__team"),
            where=("rep__team <> 'Ñandú 😀'",),
            order=("-revenue", "metric_time__month"),
            limit=12,
        )
    ).table
    client = complete(served, "sync")
    with client.session():
        teams = client.dimension_values(group_by="rep__team").to_pylist()
        assert teams == layer.query(QueryRequest(group_by=("rep__team",))).table.to_pylist()
        where = ["{{ Dimension('rep__team') }} <> 'Ñandú 😀'"]
        for side in (client, graphql(served, "sync")):
            with nullcontext() if side is client else side.session():
                answer = side.query(
                    metrics=["revenue"],
                    group_by=[month, team],
                    where=where,
                    order_by=order,
                    limit=12,
                )
                assert answer.to_pylist() == wanted.to_pylist()


@pytest.mark.filterwarnings("ignore:Cannot disable autocommit")
@pytest.mark.parametrize("open_client", [graphql, complete])
def test_its_own_errors_come_back(served: Served, open_client: Any) -> None:
    errors = import_module("dbtsl.error")
    client = open_client(served, "sync")
    with client.session():
        for query, message in (
            ({"metrics": ["revenu"]}, "no metric `revenu`"),
            ({"metrics": ["revenue"], "where": ["1 = (select 1)"]}, "is not allowed"),
            ({"saved_query": "nothing"}, "no saved query"),
        ):
            with pytest.raises(errors.QueryFailedError, match=message):
                client.query(**query)
    for token in ("", "embudo_nobody"):
        stranger = open_client(served, "sync", token=token)
        with stranger.session():
            for name, query in (("metrics", {}), ("query", {"metrics": ["revenue"]})):
                with pytest.raises(errors.AuthError):
                    getattr(stranger, name)(**query)
