"""Every way of paging that embudo.yml knows, and the three kinds of authentication, against a real server."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.client import ApiClient
from orchestration.settings import ApiSpec, load_settings
from tests.api_server import ApiRequest, ApiResponse, ApiServer

RECORDS = [{"id": number} for number in range(1, 24)]
LIMIT = 5


def vendor(request: ApiRequest) -> ApiResponse:
    """One API that pages in each way, by path; the last page is short, or followed by an empty one."""
    kind = request.path.rpartition("/")[2]
    if kind == "single":
        return ApiResponse(RECORDS)
    if kind == "page_number":
        start = (int(request.params["page"]) - 1) * int(request.params["size"])
    elif kind == "cursor":
        start = int(request.params.get("after", "c0")[1:])
    else:
        start = int(request.params.get("offset", 0))
    page, after = RECORDS[start : start + LIMIT], start + LIMIT
    has_more = after < len(RECORDS)
    if kind == "header_link":
        link = f'<{request.path}?offset={after}>; rel="next", </first>; rel="first"'
        return ApiResponse(page, headers={"Link": link} if has_more else {})
    # An empty text, as some vendors end their lists.
    link = f"{request.path}?offset={after}" if has_more else ""
    cursor = f"c{after}" if has_more else None
    return ApiResponse(
        {
            "result": {"items": page},
            "next": link,
            "paging": {"next": {"after": cursor}},
            "total": len(RECORDS),
        }
    )


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer(vendor).running() as server:
        yield server


def api(server: ApiServer, tmp_path: Path, endpoint: dict[str, Any], **source: Any) -> ApiSpec:
    """Settings of one endpoint, through the front door."""
    config = tmp_path / "embudo.yml"
    columns = {"columns": {"product_id": "id", "name": "id"}, "primary_key": "id"}
    stream = {"products": {**columns, **endpoint}}
    fields = {"kind": "api", "base_url": server.url, "streams": stream, **source}
    config.write_text(yaml.safe_dump({"sources": {"crm": fields}}))
    return load_settings(config).apis["crm"]


def fetched(spec: ApiSpec, **environment: str) -> list[dict[str, Any]]:
    client = ApiClient("crm", spec, environment=environment)
    [endpoint] = spec.streams["products"]
    return [record for page in client.pages("products", endpoint, {}) for record in page]


WAYS: dict[str, tuple[dict[str, Any], int]] = {
    "single": ({}, 1),
    "json_link": ({"next": "next"}, 5),
    "header_link": ({}, 5),
    "offset": ({"limit": LIMIT}, 6),
    "page_number": ({"limit": LIMIT, "limit_param": "size"}, 6),
    "cursor": ({"param": "after", "next": "paging.next.after"}, 5),
}


@pytest.mark.parametrize("kind", WAYS)
def test_every_way_of_paging_gives_all_records(
    server: ApiServer, tmp_path: Path, kind: str
) -> None:
    keys, requests = WAYS[kind]
    selector = "$" if kind in ("single", "header_link") else "result.items"
    spec = api(
        server,
        tmp_path,
        {"path": kind, "data_selector": selector, "pagination": {"kind": kind, **keys}},
    )
    server.requests.clear()
    assert fetched(spec) == RECORDS
    assert len(server.requests) == requests


def test_a_total_saves_the_request_for_an_empty_page(server: ApiServer, tmp_path: Path) -> None:
    pages = {"kind": "offset", "limit": LIMIT, "total": "total"}
    endpoint = {"path": "offset", "data_selector": "result.items", "pagination": pages}
    server.requests.clear()
    assert fetched(api(server, tmp_path, endpoint)) == RECORDS
    assert len(server.requests) == 5


def test_records_picked_by_a_wildcard(server: ApiServer, tmp_path: Path) -> None:
    endpoint = {"path": "json_link", "data_selector": "result.items[*]"}
    assert fetched(api(server, tmp_path, endpoint)) == RECORDS[:LIMIT]


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ({"kind": "bearer", "token_env": "T"}, {"authorization": "Bearer s3"}),
        ({"kind": "api_key", "key_env": "T", "name": "X-Api-Token"}, {"x-api-token": "s3"}),
        (
            {"kind": "basic", "username": "AC1", "password_env": "T"},
            {"authorization": "Basic " + b64encode(b"AC1:s3").decode()},
        ),
    ],
)
def test_authentication(
    server: ApiServer, tmp_path: Path, auth: dict[str, str], sent: dict[str, str]
) -> None:
    spec = api(server, tmp_path, {"path": "single"}, auth=auth, headers={"X-Version": "2"})
    server.requests.clear()
    fetched(spec, T=" s3\n")
    assert sent.items() <= server.requests[0].headers.items()
    assert server.requests[0].headers["x-version"] == "2"


def test_an_empty_secret_is_none(server: ApiServer, tmp_path: Path) -> None:
    spec = api(server, tmp_path, {"path": "single"}, auth={"kind": "bearer", "token_env": "T"})
    with pytest.raises(SourceError, match="needs T in the environment"):
        fetched(spec, T=" ")


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    raw = b'[{"id": 9007199254740993, "price": 1234567890123456.7800, "name": "\xc3\xb1"}]'
    with ApiServer(lambda request: ApiResponse(b"\xef\xbb\xbf" + raw)).running() as server:
        [record] = fetched(api(server, tmp_path, {"path": "products"}))
    assert record["id"] == 9007199254740993
    assert record["price"] == Decimal("1234567890123456.7800")
    assert record["name"] == "ñ"


def test_a_response_in_the_encoding_that_its_header_names(tmp_path: Path) -> None:
    response = ApiResponse(
        '[{"id": 1, "name": "Muñoz"}]'.encode("latin-1"),
        headers={"Content-Type": "application/json; charset=iso-8859-1"},
    )
    with ApiServer(lambda request: response).running() as server:
        [record] = fetched(api(server, tmp_path, {"path": "products"}))
    assert record["name"] == "Muñoz"


def unending(request: ApiRequest) -> ApiResponse:
    """Pages that always lead to another: empty ones, or each with a record of its own."""
    number = int(request.params.get("n", 0))
    page = [] if "empty" in request.path else [{"id": number}]
    return ApiResponse({"data": page, "next": f"{request.path}?n={number + 1}"})


@pytest.mark.parametrize(
    ("path", "bounds", "fault", "requests"),
    [
        ("empty", {}, "21 pages in a row without a record", 21),
        ("empty", {"empty_pages": 3}, "raise `bounds.empty_pages` if that is right", 4),
        ("full", {"pages": 7}, "page 8: more than 7 pages", 7),
        ("full", {"hours": 0.00003}, "the fetch takes more than 3e-05 hours", None),
    ],
)
def test_pages_without_end_are_an_error(
    tmp_path: Path, path: str, bounds: dict[str, float], fault: str, requests: int | None
) -> None:
    endpoint = {
        "path": path,
        "data_selector": "data",
        "pagination": {"kind": "json_link", "next": "next"},
    }
    with ApiServer(unending).running() as server:
        with pytest.raises(SourceError, match=r"Source \w+, stream products: GET .*") as raised:
            fetched(api(server, tmp_path, endpoint, bounds=bounds))
        assert fault in str(raised.value)
        assert requests is None or len(server.requests) <= requests + 1


def test_a_response_that_unpacks_to_more_than_is_allowed_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress(b'[{"id": 1, "name": "' + b"x" * 50_000_000 + b'"}]')
    assert len(packed) < 100_000
    response = ApiResponse(packed, headers={"Content-Encoding": "gzip"})
    with ApiServer(lambda request: response).running() as server:
        spec = api(server, tmp_path, {"path": "products"}, bounds={"response_megabytes": 2})
        with pytest.raises(SourceError, match=r"a response of more than 2 MB, unpacked"):
            fetched(spec)
        assert len(server.requests) == 1, "it is not requested again"


def test_a_response_that_is_nested_without_end_is_an_error(tmp_path: Path) -> None:
    response = ApiResponse(b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    with ApiServer(lambda request: response).running() as server:
        spec = api(server, tmp_path, {"path": "products", "data_selector": "data"})
        with pytest.raises(SourceError, match=r"more than 100 deep\. Raise `bounds\.depth`"):
            fetched(spec)
