"""Each operation of the schema, over HTTP; its figures added up by hand from the tiny company's rows."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.serving.conftest import Client

CREATE = """mutation q($metrics: [MetricInput!], $groupBy: [GroupByInput!], $where: [WhereInput!],
    $orderBy: [OrderByInput!], $limit: Int, $savedQuery: String) {
  OPERATION(environmentId: 1, metrics: $metrics, groupBy: $groupBy, where: $where, orderBy: $orderBy,
    limit: $limit, savedQuery: $savedQuery) { FIELD } }"""
FETCH = """query f($id: String!, $page: Int) { query(environmentId: "1", queryId: $id, pageNum: $page) {
    queryId status sql error totalPages arrowResult } }"""


def post(client: Client, query: str, token: str | None = None, **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    answer = client.request("POST", "/api/graphql", token=token, json=body)
    assert answer.status_code == 200
    return answer.json()


def data(client: Client, query: str, **variables: Any) -> Any:
    answer = post(client, query, **variables)
    assert "errors" not in answer, answer
    return answer["data"]


def created(client: Client, **variables: Any) -> dict[str, Any]:
    text = CREATE.replace("OPERATION", "createQuery").replace("FIELD", "queryId")
    query_id = data(client, text, **variables)["createQuery"]["queryId"]
    return dict(data(client, FETCH, id=query_id)["query"])


def table(query: dict[str, Any]) -> list[dict[str, Any]]:
    rows = pa.ipc.open_stream(base64.b64decode(query["arrowResult"])).read_all().to_pylist()
    return list(rows)


def test_a_query_with_everything(client: Client) -> None:
    query = created(
        client,
        metrics=[{"name": "revenue"}],
        groupBy=[{"name": "rep__name"}, {"name": "metric_time", "timeGranularity": "YEAR"}],
        where=[{"sql": "{{ Dimension('rep__region') }} = 'Norte'"},
               {"sql": "{{ TimeDimension('metric_time', 'DAY') }} >= '2026-01-01'"}],
        orderBy=[{"metric": {"name": "revenue"}, "descending": True},
                 {"groupBy": {"name": "metric_time", "timeGranularity": "YEAR"}}],
        limit=5,
    )  # fmt: skip
    assert (query["status"], query["totalPages"], query["error"]) == ("SUCCESSFUL", 1, None)
    assert "SELECT" in query["sql"]
    assert [(row["rep__name"], row["revenue"]) for row in table(query)] == [
        ("=cmd()", Decimal("300.25")), ("Ana", Decimal("10.00")),
    ]  # fmt: skip


def test_saved_queries_and_compilation(client: Client) -> None:
    query = created(client, savedQuery="rep_scorecard", limit=1)
    assert [row["rep__team"] for row in table(query)] == ["Alfa"]
    text = CREATE.replace("OPERATION", "compileSql").replace("FIELD", "sql")
    assert (
        data(client, text, savedQuery="rep_scorecard", limit=1)["compileSql"]["sql"] == query["sql"]
    )
    both = post(client, text, savedQuery="rep_scorecard", metrics=[{"name": "revenue"}])
    assert "expected no `metrics`" in both["errors"][0]["message"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"metrics": [{"name": "revenu"}]}, "no metric `revenu`"),
        (
            {"metrics": [{"name": "revenue"}], "where": [{"sql": "1 = (select 1)"}]},
            "is not allowed",
        ),
        ({"metrics": [{"name": "revenue"}], "orderBy": [{}]}, "expected one of them"),
        ({"metrics": []}, "names no metric"),
        ({"savedQuery": "x"}, "no saved query `x`"),
    ],
)
def test_a_query_that_fails_is_fetched_with_its_reason(
    client: Client, variables: dict[str, Any], message: str
) -> None:
    query = created(client, **variables)
    assert (query["status"], query["arrowResult"]) == ("FAILED", None)
    assert message in query["error"]


def test_pages_and_cancelling(client: Client) -> None:
    text = CREATE.replace("OPERATION", "createQuery").replace("FIELD", "queryId")
    query_id = data(client, text, metrics=[{"name": "revenue"}])["createQuery"]["queryId"]
    beyond = post(client, FETCH, id=query_id, page=2)
    assert "no page 2: expected 1 to 1" in beyond["errors"][0]["message"]
    cancel = "mutation($id: String!) { cancelQuery(environmentId: 1, queryId: $id) { queryId } }"
    assert data(client, cancel, id=query_id) == {"cancelQuery": {"queryId": query_id}}
    gone = post(client, FETCH, id=query_id)
    assert "There is no query" in gone["errors"][0]["message"]


def test_definitions(client: Client) -> None:
    shown = data(
        client,
        """query($m: [MetricInput!]!) {
          metrics(environmentId: 1) { name type dimensions { qualifiedName } entities { name } measures { name agg } }
          dimensions(environmentId: 1, metrics: $m) { qualifiedName }
          entities(environmentId: 1, metrics: $m) { name type role expr }
          measures(environmentId: 1, metrics: $m) { name agg expr aggTimeDimension }
          savedQueries(environmentId: 1) { name }
          environmentInfo(environmentId: 1) { dialect sqlDialect hasMetricsDefined dialectSupportedBySlg }
          metricsPaginated(environmentId: 1, pageSize: 2, search: "revenue") {
            totalItems totalPages items { name config { meta } } }
        }""",
        m=[{"name": "sales_cycle_days"}],
    )
    assert {"revenue", "win_rate"} <= {m["name"] for m in shown["metrics"]}
    assert shown["measures"] == [
        {
            "name": "sales_cycle_days",
            "agg": "AVERAGE",
            "expr": "cycle_days",
            "aggTimeDimension": "closed_on",
        }
    ]
    assert shown["environmentInfo"] == {
        "dialect": "DUCKDB", "sqlDialect": "DUCKDB", "hasMetricsDefined": True, "dialectSupportedBySlg": True,
    }  # fmt: skip
    assert shown["metricsPaginated"]["totalItems"] == 3
    assert len(shown["metricsPaginated"]["items"]) == 2
    assert {"deal", "rep"} <= {e["name"] for e in shown["entities"]}


def test_bad_metrics_of_definitions(client: Client) -> None:
    for operation, fields in (("dimensions", "name"), ("entities", "name"), ("measures", "name")):
        text = f'query {{ {operation}(environmentId: 1, metrics: [{{name: "revenu"}}]) {{ {fields} }} }}'
        error = post(client, text)["errors"][0]
        assert "no metric `revenu`" in error["message"]
        assert (error["extensions"]["code"], error["path"]) == ("query_invalid", [operation])


@pytest.mark.parametrize("value", ["1.5", "true", '"x"', '"' + "9" * 50 + '"'])
def test_environments_are_whole_numbers(client: Client, value: str) -> None:
    answer = post(client, f"query {{ metrics(environmentId: {value}) {{ name }} }}")
    assert "errors" in answer
    assert "Traceback" not in str(answer)
