"""Addresses, methods and compression."""

from __future__ import annotations

import pytest

from tests.unit.serving.conftest import Client


def test_an_unknown_address_points_to_the_description(client: Client) -> None:
    for path in ("/api/v1/nothing", "/api/v1/metrics/", "/../etc/passwd", "/api/v1/%2e%2e/x"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "/api/v1/openapi.json" in answer.json()["error"]["message"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    answer = client.request(method, "/api/v1/metrics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "http_error")


def test_long_answers_are_compressed(client: Client) -> None:
    answer = client.get("/api/v1/metrics")
    assert answer.headers["content-encoding"] == "gzip"
    assert "Authorization" in answer.headers["vary"]
    plain = client.get("/api/v1/metrics", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()


def test_health(client: Client) -> None:
    assert client.get("/healthz", token="").json() == {"status": "ok"}
