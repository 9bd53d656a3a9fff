"""OpenAPI describes what there is, and nothing else."""

from __future__ import annotations

from typing import Any

from serving.rest.routes import BASE, PARAMETERS, ROUTES, openapi
from tests.unit.serving.conftest import Client


def test_every_address_is_described_with_its_parameters() -> None:
    paths: Any = openapi("1")["paths"]
    assert set(paths) == {f"{BASE}{route.path}" for route in ROUTES}
    for route in ROUTES:
        described = paths[f"{BASE}{route.path}"]["get"]
        named = {item["name"] for item in described["parameters"] if item["in"] == "query"}
        assert named == set(route.parameters) <= set(PARAMETERS)
        assert described["summary"]
        assert bool(described["security"]) != route.is_open
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_what_is_described_answers(client: Client) -> None:
    described = client.get(f"{BASE}/openapi.json", token="").json()
    values = {"{name}": "rep__team"}
    for path, methods in described["paths"].items():
        for method in methods:
            if "metrics/{name}" in path:
                continue
            address = path.replace("{name}", values["{name}"])
            body = {"json": {"metrics": "revenue"}} if method == "post" else {}
            query = "?metrics=revenue" if path.endswith("/query") and method == "get" else ""
            answer = client.request(method.upper(), f"{address}{query}", **body)
            assert answer.status_code == 200, (path, answer.text)
            assert (
                answer.headers["content-type"].split(";")[0]
                in (methods[method]["responses"]["200"]["content"])
            )


def test_a_body_takes_what_the_address_takes() -> None:
    paths: Any = openapi("1")["paths"]
    schema = paths[f"{BASE}/query"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {
        p["name"] for p in paths[f"{BASE}/query"]["get"]["parameters"]
    }
