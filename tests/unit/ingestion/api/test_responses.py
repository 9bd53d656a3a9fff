"""Responses validated before they count; no reason shows what the server sent."""

from __future__ import annotations

from decimal import Decimal

import pytest
import simplejson
from requests import Response

from orchestration.ingestion.api.responses import ResponseRejected, breaks_with, records_of

is_broken = breaks_with(depth=5)


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


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b'{"error": "Ana", "data": []}', "error"),
        (b'{"Errors": [{"message": "Ana"}], "data": [{"id": 1}]}', "Errors"),
        (b'{"ok": false, "data": []}', "ok"),
        (b'{"success": "false", "data": null}', "success"),
        (b'{"status": "error", "message": "Ana", "data": []}', "status"),
        (b'{"fault": {"code": 7}}', "fault"),
    ],
)
def test_an_error_with_status_200_is_an_error(content: bytes, key: str) -> None:
    with pytest.raises(ResponseRejected, match=rf"states an error .* 200 \(`{key}`\)") as rejected:
        records(content, "data")
    assert "Ana" not in str(rejected.value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"error": null, "errors": [], "ok": true, "data": []}',
        b'{"error": {"code": 0, "message": ""}, "status": "success", "data": []}',
        b'{"status": 200, "data": [{"error": "bounced"}]}',
    ],
)
def test_keys_of_errors_that_state_none_are_no_error(content: bytes) -> None:
    records(content, "data")


def test_a_record_may_have_a_field_called_error() -> None:
    assert records(b'{"id": 1, "kind": "bounce", "error": "full"}') == [
        {"id": 1, "kind": "bounce", "error": "full"}
    ]
    with pytest.raises(ResponseRejected, match="states an error"):
        records(b'{"error": "unauthorized", "message": "token"}')


@pytest.mark.parametrize("depth", [6, 400, 100_000])
def test_what_is_nested_too_deep_is_rejected(depth: int) -> None:
    with pytest.raises(ResponseRejected, match=r"more than 5 deep\. Raise `bounds.depth`"):
        records(b'{"data": ' + b"[" * depth + b"]" * depth + b"}", "data")
    assert records(b'{"data": [{"a": [{"b": 1}]}]}', "data")


def test_a_key_that_stands_twice_is_kept_twice() -> None:
    [record] = records(b'[{"id": 1, "name": "Tea", "name": "Coffee"}]')
    text = simplejson.dumps(record, use_decimal=True, sort_keys=True, ensure_ascii=False)
    assert text == '{"id": 1, "name": "Tea", "name": "Coffee"}'
