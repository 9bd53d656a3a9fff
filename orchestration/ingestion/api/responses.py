"""Responses of an API validated before they count: their status, their JSON, their records.

No message holds what the server sent. Requesting pages belongs to `client`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import simplejson
from dlt.common import jsonpath
from requests import Response


class ResponseRejected(Exception):
    """A response that does not count: the reason, and nothing that the server sent."""


def records_of(response: Response, data_selector: Any) -> list[dict[str, Any]]:
    """The records that `data_selector` names; raises `ResponseRejected` where there are none of that form."""
    _require_good(response)
    body = response.json()
    matches = jsonpath.find_values(data_selector, body)
    if not matches:
        keys = ", ".join(sorted(body)) if isinstance(body, dict) else type(body).__name__
        raise ResponseRejected(
            f"a response without `{data_selector}`; it has: {keys}. Change `data_selector`."
        )
    records: list[Any] = []
    for match in matches:
        records += match if isinstance(match, list) else [] if match is None else [match]
    wrong = next((r for r in records if not isinstance(r, dict)), None)
    if wrong is not None:
        raise ResponseRejected(
            f"`{data_selector}` holds {type(wrong).__name__} where objects are expected. "
            "Change `data_selector`."
        )
    return records


def is_broken(response: Response | None, error: BaseException | None) -> bool:
    """Whether a successful response is not complete JSON, so that it is requested again. Parses it once."""
    if response is None or response.status_code >= 300:
        return False
    try:
        body = simplejson.loads(_text(response), use_decimal=True)
    except ValueError:
        return True
    response.embudo_body = True
    response.json = lambda **_: body
    return False


def _require_good(response: Response) -> None:
    status = response.status_code
    if status < 300:
        if not hasattr(response, "embudo_body"):
            raise ResponseRejected("a response that is not JSON. Check `path`, or try later.")
        return
    name = f"{status} {HTTPStatus(status).phrase if status in set(HTTPStatus) else ''}".strip()
    advice = {
        301: "Set `base_url` to where the API has moved.",
        302: "Set `base_url` to where the API has moved.",
        400: "Check `params` and `cursor`.",
        404: "Check `path` and `base_url`.",
        429: "Set `rate_limit`, or refresh less often.",
    }
    if status in (401, 403):
        raise ResponseRejected(name)
    raise ResponseRejected(
        f"{name}. {advice.get(status, 'Try later, or contact the operator of the API.')}"
    )


def _text(response: Response) -> str:
    """The response as text: UTF-8, or as its header states."""
    try:
        return str(response.content, "utf-8-sig")
    except UnicodeDecodeError:
        declared = (
            response.encoding if "charset" in response.headers.get("Content-Type", "") else None
        )
        return str(response.content, declared or "utf-8")
