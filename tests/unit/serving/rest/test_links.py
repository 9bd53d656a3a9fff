"""Links: one query each, by address alone."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from serving.errors import Refusal
from serving.rest.links import link_parameters, saved_query_string
from serving.tokens import TokenStore
from tests.unit.serving.conftest import Client, access_lines

QUERY = "metrics=revenue&group_by=rep__name&where=rep__region = 'Norte'&order_by=-revenue"


def test_kept_parameters_are_those_of_the_address_and_a_format() -> None:
    kept = saved_query_string(f"?{QUERY}")
    assert parse_qs(kept)["format"] == ["csv"]
    read = link_parameters(kept)
    assert read.names("metrics") == ("revenue",)
    assert read.texts("where") == ("rep__region = 'Norte'",)
    assert link_parameters(saved_query_string("metrics=a&format=json")).one("format") == "json"
    with pytest.raises(Refusal, match="no parameter `were`"):
        saved_query_string("metrics=a&were=x")


@pytest.fixture
def link(tokens: TokenStore) -> str:
    tokens_before = {token.name for token in tokens.tokens()}
    name = f"sheet-{len(tokens_before)}"
    return tokens.create(name, "link", days=1, query=saved_query_string(QUERY))


def test_a_link_answers_its_query_without_a_header(client: Client, link: str) -> None:
    answer = client.get(f"/link/{link}", token="")
    assert answer.status_code == 200
    assert answer.text == "rep__name,revenue\n'=cmd(),300.25\nAna,160.15\n"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["embudo-release"] == "20260211-1"
    assert answer.headers["referrer-policy"] == "no-referrer"
    again = client.get(f"/link/{link}", token="", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_link_answers_nothing_else(client: Client, link: str) -> None:
    for path in (
        "/api/v1/metrics",
        "/api/v1/query?metrics=orders",
        "/metrics",
        f"/api/v1/query?token={link}",
    ):
        assert client.get(path, token=link).status_code == 401
    assert client.request("POST", "/", token=link, json={"query": "{__typename}"}).json()["errors"]
    for changed in (
        f"{link}?metrics=orders",
        f"{link}?format=json",
        f"{link}/x",
        f"{link}x",
        "",
        client.token,
    ):
        answer = client.get(f"/link/{changed}", token="")
        assert answer.status_code in (400, 404), changed
        assert "300.25" not in answer.text


def test_revoked_and_expired(client: Client, link: str, tokens: TokenStore) -> None:
    found = tokens.find(link)
    assert found is not None and found.expires_at is not None
    tokens.revoke(found.name)
    answer = client.get(f"/link/{link}", token="")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_logs_do_not_hold_the_link(
    client: Client, link: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    client.get(f"/link/{link}", token="")
    client.get(f"/link/{link}x", token="")
    # each is logged once its answer is on the way, so that the second may come first
    answered, refused = sorted(access_lines(caplog, 2), key=lambda line: " 404 " in line)
    assert answered.startswith("sheet-") and " GET /link/… 200 " in answered
    assert " GET /link/… 404 " in refused
    assert link not in caplog.text
