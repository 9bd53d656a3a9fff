"""Ways of paging as dlt's paginators, and where each finds the next page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from requests import Request, Response

from orchestration.ingestion.api.pagination import named_paths, page_size, paginator
from orchestration.settings.api_models import PaginationSpec


def spec(**fields: Any) -> PaginationSpec:
    return PaginationSpec.model_validate(fields)


def next_request(way: PaginationSpec, body: Any, **headers: str) -> Request | None:
    """The request after a response with this body; None where it was the last page."""
    made = paginator(way)
    request = Request("GET", "https://x.test/v1/deals", params={})
    made.init_request(request)
    response = Response()
    response.status_code = 200
    response.url = request.url
    response._content = json.dumps(body).encode()
    response.headers.update(headers)
    records = body if isinstance(body, list) else body.get("data", [])
    made.update_state(response, records)
    if not made.has_next_page:
        return None
    made.update_request(request)
    return request


RECORDS = [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("way", "body", "params"),
    [
        (spec(kind="offset", param="start", limit=2), {"data": RECORDS}, {"start": 2}),
        (spec(kind="page_number", first=1), {"data": RECORDS}, {"page": 2}),
        (spec(kind="cursor", param="after", next="next"), {"data": RECORDS, "next": "c2"}, {"after": "c2"}),
    ],
)  # fmt: skip
def test_the_next_page_by_a_parameter(
    way: PaginationSpec, body: dict[str, Any], params: dict[str, Any]
) -> None:
    request = next_request(way, body)
    assert request is not None
    assert params.items() <= dict(request.params).items()


def test_the_next_page_by_a_link() -> None:
    link = "https://x.test/v1/deals?offset=2"
    in_body = next_request(spec(kind="json_link", next="next"), {"data": RECORDS, "next": link})
    in_header = next_request(spec(kind="header_link"), RECORDS, Link=f'<{link}>; rel="next"')
    assert in_body is not None and in_body.url == link
    assert in_header is not None and in_header.url == link


@pytest.mark.parametrize(
    ("way", "body"),
    [
        (spec(kind="single"), {"data": RECORDS}),
        (spec(kind="json_link", next="next"), {"data": RECORDS, "next": ""}),
        (spec(kind="cursor", param="after", next="next"), {"data": RECORDS, "next": None}),
        (spec(kind="cursor", param="after", next="next"), {"data": RECORDS, "next": ""}),
        (spec(kind="header_link"), RECORDS),
        (spec(kind="offset", limit=2), {"data": []}),
    ],
)
def test_the_last_page(way: PaginationSpec, body: Any) -> None:
    """A reference that is empty means that there is none, as one that is missing."""
    assert next_request(way, body) is None


def test_the_size_of_a_page_is_sent_where_it_is_stated() -> None:
    assert page_size(spec(kind="page_number", limit=50, limit_param="size")) == {"size": 50}
    assert page_size(spec(kind="page_number")) == {}


def test_what_pagination_names_in_a_response() -> None:
    assert named_paths(spec(kind="offset", limit=2, has_more="more.items", total="total")) == (
        "more.items, total. Change `pagination`."
    )
    assert named_paths(spec(kind="single")).startswith("single")
