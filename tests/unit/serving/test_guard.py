"""What a request passes before it is answered: token, size, headers."""

from __future__ import annotations

import socket

import pytest

from serving.guard import MAX_ADDRESS, MAX_BODY
from serving.server import Server
from tests.unit.serving.conftest import Client, access_lines

CLOSED = (
    "/api/v1/metrics",
    "/api/v1/query?metrics=revenue",
    "/api/v1/releases",
    "/metrics",
    "/nowhere",
)
OPEN = ("/healthz", "/api/v1/healthz", "/api/v1/openapi.json")


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("token", ["", "embudo_x", "x"])
def test_nothing_without_a_token(client: Client, path: str, token: str) -> None:
    answer = client.get(path, token=token)
    assert answer.status_code == 401
    assert answer.json() == {"error": {"code": "unauthorized", "message": "User is not authorized"}}
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", OPEN)
def test_health_and_description_need_none(client: Client, path: str) -> None:
    assert client.get(path, token="").status_code == 200


def test_a_token_in_the_address_is_none(client: Client) -> None:
    assert client.get(f"/api/v1/metrics?token={client.token}", token="").status_code == 401


def test_large_bodies_are_refused_by_their_length(client: Client) -> None:
    answer = client.request("POST", "/api/v1/query", data=b"x" * (MAX_BODY + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_large_bodies_without_a_length_are_refused_as_they_come(client: Client) -> None:
    chunks = iter([b"x" * 65_536] * (MAX_BODY // 65_536 + 1))
    answer = client.request("POST", "/api/v1/query", data=chunks)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_long_addresses_are_refused(client: Client) -> None:
    answer = client.get(f"/api/v1/query?metrics={'a' * MAX_ADDRESS}")
    assert answer.status_code == 414


def test_answers_are_not_sniffed_framed_or_kept_by_proxies(client: Client) -> None:
    headers = client.get("/api/v1/query?metrics=revenue").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "private, no-cache"
    assert "server" not in headers


def test_texts_that_are_no_http_harm_nothing(server: Server, client: Client) -> None:
    for text in (b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"{}" * 50_000):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
    assert client.get("/healthz").status_code == 200


def test_logs_name_caller_path_and_status_and_no_parameters(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="embudo.access")
    client.get("/api/v1/query?metrics=revenue&where=rep__name = 'Ana'")
    client.get("/x%0AINFO%20forged%20line", token="")
    lines = access_lines(caplog, 2)
    assert lines[0].startswith("tests GET /api/v1/query 200 ")
    assert lines[1].startswith("- GET /x%0AINFO%20forged%20line 401 ")
    assert not any("Ana" in line or "\n" in line or client.token in line for line in lines)
