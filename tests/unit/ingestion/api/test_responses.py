"""Responses validated before they count; no reason shows what the server sent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from requests import Response

from orchestration.ingestion.api.responses import ResponseRejected, is_broken, records_of


def response(content: bytes, *, status: int = 200, kind: str = "application/json") -> Response:
    """A response that has been read, as the client's session leaves it."""
    made = Response()
    made.status_code = status
    made._content = content
    made.headers["Content-Type"] = kind
    return made


def records(content: bytes, selector: str = "$", *, status: int = 200) -> list[dict[str, object]]:
    made = response(content, status=status)
    is_broken(made, None)
    return records_of(made, selector)


@pytest.mark.parametrize(
    ("content", "status", "broken"),
    [
        (b'{"data": []}', 200, False),
        (b'\xef\xbb\xbf{"data": []}', 200, False),
        (b'{"data": [{"id": 1', 200, True),
        (b"<html>busy</html>", 200, True),
        (b"", 200, True),
        (b"<html>gone</html>", 404, False),
    ],
)
def test_only_a_successful_response_that_is_no_json_is_requested_again(
    content: bytes, status: int, broken: bool
) -> None:
    assert is_broken(response(content, status=status), None) is broken
    assert is_broken(None, ConnectionError()) is False


def test_numbers_with_a_fraction_are_decimals() -> None:
    assert records(b'[{"price": 1234567890123456.7800}]') == [
        {"price": Decimal("1234567890123456.7800")}
    ]


def test_records_lie_where_the_selector_leads() -> None:
    content = b'{"data": {"items": [{"id": 1}, {"id": 2}], "none": null}}'
    assert records(content, "data.items") == [{"id": 1}, {"id": 2}]
    assert records(content, "data.items[0]") == [{"id": 1}]
    assert records(content, "data.none") == [], "a list that is null is empty"


@pytest.mark.parametrize(
    ("content", "selector", "status", "reason"),
    [
        (b'{"result": [], "total": 7}', "data", 200, "a response without `data`; it has: result, total."),
        (b"[1]", "data", 200, "it has: list"),
        (b'{"data": ["Ana"]}', "data", 200, "`data` holds str where objects are expected"),
        (b"busy", "data", 200, "a response that is not JSON"),
        (b"", "data", 401, "401 Unauthorized"),
        (b"", "data", 404, "404 Not Found. Check `path` and `base_url`."),
        (b"", "data", 429, "429 Too Many Requests. Set `rate_limit`"),
        (b"", "data", 302, "302 Found. Set `base_url`"),
        (b"", "data", 599, "599. Try later"),
    ],
)  # fmt: skip
def test_what_does_not_count_is_named_without_its_data(
    content: bytes, selector: str, status: int, reason: str
) -> None:
    with pytest.raises(ResponseRejected) as rejected:
        records(content, selector, status=status)
    assert reason in str(rejected.value)
    assert "Ana" not in str(rejected.value)


def test_a_response_in_the_encoding_of_its_header() -> None:
    made = response(
        '[{"name": "Muñoz"}]'.encode("latin-1"), kind="application/json; charset=iso-8859-1"
    )
    made.encoding = "iso-8859-1"
    assert not is_broken(made, None)
    assert records_of(made, "$") == [{"name": "Muñoz"}]
