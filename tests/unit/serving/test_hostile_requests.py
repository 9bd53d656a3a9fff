"""Requests that try to read files, other tables or the process, or to exhaust it: refused by each protocol alike.

What each refuses by itself (bodies, documents, messages) is tested beside its module.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from serving.flight.messages import FLIGHT, flight, packed
from serving.server import Server
from tests.conftest import ROOT
from tests.unit.serving.conftest import Client

pytestmark = pytest.mark.slow

FILTERS = [
    "1 = (select count(*) from read_csv('/etc/passwd'))",
    "exists (select * from '/etc/passwd')",
    "rep__team in (select team from core.dim_reps)",
    "rep__team = (select current_setting('home_directory'))",
    "read_text('/etc/passwd') is not null",
    "glob('/etc/*') is not null",
    "getenv('HOME') = 'x'",
    "sniff_csv('/etc/passwd') is not null",
    "1 = 1; attach '/tmp/evil.db' as evil",
    "1 = 1; copy core.dim_reps to '/tmp/evil.csv'",
    "1 = 1); drop table core.dim_reps; --",
    "true) union all select * from core.dim_reps --",
    "1 = 1; install httpfs; load httpfs",
    "1 = 1; pragma database_list",
    "1 = 1; set enable_external_access = true",
    "1 = 1; export database '/tmp/evil'",
    "1 = 1; checkpoint",
    "{{ __import__('os').system('touch /tmp/evil') }}",
    "{{ self.__init__.__globals__ }} = 1",
    "{{ Dimension('rep__team').__class__ }} = 1",
    "{{ config.items() }} is null",
    "{% for x in range(1000000000) %}x{% endfor %}",
    "{# {{ 7 * 7 }} #} 1 = 1",
    "{{ Dimension('rep__team') }} = '{{ 7 * 7 }}' or {{ ref('dim_reps') }} is null",
    "{{ Metric('revenue', ['rep']) }} > 1",
    "{{ Dimension('rep__team; drop table x') }} = 1",
    "{{ TimeDimension('metric_time', \"DAY') }} or 1=1 --\") }} = 1",
    '"core"."dim_reps"."rep_name" = \'Ana\'',
    "marts.core.dim_reps.rep_name = 'Ana'",
    "rep_name = 'Ana'",
    "row_number() over () = 1",
    "list_sum([x for x in range(10)]) > 1",
    "(lambda x: x)(1) = 1",
    "rep__team similar to '(a+)+$'",
    "regexp_matches(rep__team, '(a+)+$')",
    "repeat('x', 1000000000) = rep__team",
    "sum(revenue) > 1",
    "revenue > 1",
    "pg_sleep(100) is null",
    "nextval('x') = 1",
    "rep__team = $1",
    "rep__team = ?",
    "rep__team = 'a\x00b'",
    "rep__team =",
    "(" * 3_000 + "1 = 1" + ")" * 3_000,
    " or ".join(["rep__team = 'a'"] * 3_000),
    "x" * 25_000,
    "   ",
]
NAMES = [
    "revenue; drop table core.dim_reps",
    "../../etc/passwd",
    "read_csv('/etc/passwd')",
    "{{ 7 * 7 }}",
    "revenue'--",
    "*",
    "__class__",
    "\x00",
    "ñ" * 500,
]

Ask = Callable[..., tuple[bool, str]]
"""Sends a query; whether it was refused, and everything that came back."""


@pytest.fixture(params=["rest", "graphql", "flight"])
def ask(request: pytest.FixtureRequest, server: Server, client: Client) -> Iterator[Ask]:
    """The same query by each protocol: `metrics`, `group_by`, `where`, `order_by`, `saved_query`."""
    if request.param == "rest":
        yield lambda **query: _by_rest(client, query)
    elif request.param == "graphql":
        yield lambda **query: _by_graphql(client, query)
    else:
        with grpc.insecure_channel(f"127.0.0.1:{server.flight_url.rpartition(':')[2]}") as channel:
            yield lambda **query: _by_flight(channel, client.token, query)


def _by_rest(client: Client, query: dict[str, object]) -> tuple[bool, str]:
    answer = client.request("POST", "/api/v1/query", json=query)
    assert answer.status_code in (200, 400), answer.text
    return answer.status_code == 400, answer.text


def _by_graphql(client: Client, query: dict[str, object]) -> tuple[bool, str]:
    def items(name: str, key: str) -> list[dict[str, object]]:
        value = query.get(name, [])
        assert isinstance(value, list)
        return [{key: item} for item in value]

    variables = {
        "metrics": items("metrics", "name"),
        "groupBy": items("group_by", "name"),
        "where": items("where", "sql"),
        "orderBy": [{"groupBy": item} for item in items("order_by", "name")],
        "savedQuery": query.get("saved_query"),
    }
    create = """mutation($metrics: [MetricInput!], $groupBy: [GroupByInput!], $where: [WhereInput!],
        $orderBy: [OrderByInput!], $savedQuery: String) { createQuery(environmentId: 1, metrics: $metrics,
        groupBy: $groupBy, where: $where, orderBy: $orderBy, savedQuery: $savedQuery) { queryId } }"""
    body = {"query": create, "variables": variables}
    created = client.request("POST", "/api/graphql", json=body).json()
    query_id = created["data"]["createQuery"]["queryId"]
    fetch = f'{{ query(environmentId: 1, queryId: "{query_id}") {{ status error }} }}'
    answer = client.request("POST", "/api/graphql", json={"query": fetch})
    return answer.json()["data"]["query"]["status"] == "FAILED", answer.text


def _by_flight(channel: grpc.Channel, token: str, query: dict[str, object]) -> tuple[bool, str]:
    arguments = ", ".join(f"{name}={json.dumps(value)}" for name, value in query.items())
    command = packed("CommandStatementQuery", query=f"{{{{ semantic_layer.query({arguments}) }}}}")
    content = flight["FlightDescriptor"](type=2, cmd=command).SerializeToString()
    run = channel.unary_unary(f"/{FLIGHT}.FlightService/GetFlightInfo")
    try:
        run(content, metadata=(("authorization", f"Bearer {token}"),), timeout=30)
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, error
        return True, str(error.details())
    return False, ""


def assert_unharmed(ask: Ask, text: str) -> None:
    """Nothing leaked, nothing was written, and the server answers."""
    for leaked in ("Traceback", "site-packages", "root:x:0", str(ROOT), "marts.duckdb"):
        assert leaked not in text
    assert not list(Path("/tmp").glob("evil*"))
    assert ask(metrics=["revenue"])[0] is False


@pytest.mark.parametrize("where", FILTERS, ids=range(len(FILTERS)))
def test_filters(ask: Ask, where: str) -> None:
    refused, text = ask(metrics=["revenue"], group_by=["rep__team"], where=[where])
    assert refused
    assert_unharmed(ask, text)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names(ask: Ask, name: str) -> None:
    for query in (
        {"metrics": [name]},
        {"metrics": ["revenue"], "group_by": [name]},
        {"metrics": ["revenue"], "order_by": [name]},
        {"saved_query": name},
    ):
        refused, text = ask(**query)
        assert refused, query
        assert_unharmed(ask, text)


def test_a_giant_group_by(ask: Ask) -> None:
    refused, text = ask(metrics=["revenue"], group_by=[f"rep__d{n}" for n in range(40)])
    assert refused and "40 dimensions" in text


def test_values_are_values(ask: Ask) -> None:
    """A text that looks like a template or a statement is compared as it stands."""
    for value in ("{{ 7 * 7 }}", "''; drop table core.dim_reps; --", "{% raw %}", "x'); --"):
        text = value.replace("'", "''")
        refused, answer = ask(metrics=["revenue"], where=[f"rep__team = '{text}'"])
        assert not refused, answer


def test_many_at_once(ask: Ask) -> None:
    """Good answers come while bad requests do."""
    with ThreadPoolExecutor(12) as pool:
        bad = [pool.submit(ask, metrics=["revenue"], where=[text]) for text in FILTERS[:30]]
        good = [pool.submit(ask, metrics=["revenue"], group_by=["rep__team"]) for _ in range(30)]
        assert all(refused for refused, _ in (future.result() for future in bad))
        assert not any(refused for refused, _ in (future.result() for future in good))
