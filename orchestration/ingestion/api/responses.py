"""Responses of an API validated before they count: their status, their JSON, their records.

No message holds what the server sent. Requesting pages belongs to `client`.
"""

from __future__ import annotations

from collections.abc import Callable
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
    stated = stated_error(body)
    # An object that is a record itself may have a field called `error`; that of a list of records may not.
    if stated is not None and not _is_record(body, matches):
        raise ResponseRejected(
            f"the API states an error in a response of status {response.status_code} (`{stated}`). Check `path`, "
            "`params` and what the secret may read, or try later."
        )
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


def breaks_with(*, depth: int) -> Callable[[Response | None, BaseException | None], bool]:
    """Whether a successful response is not complete JSON, so that it is requested again. Parses it once.

    JSON that is nested deeper than `depth` raises `ResponseRejected`.
    """

    def is_broken(response: Response | None, error: BaseException | None) -> bool:
        if response is None or response.status_code >= 300:
            return False
        try:
            body = simplejson.loads(
                _text(response), use_decimal=True, object_pairs_hook=_with_repeated_keys
            )
        except RecursionError:
            body = None
        except (ValueError, LookupError):
            return True
        if body is None or _is_deeper(body, depth):
            # Raised by `records_of`: what is raised here would be taken for a connection that broke.
            response.embudo_fault = (
                f"a response of objects or lists more than {depth} deep. Raise `bounds.depth` if that is "
                "right."
            )
        response.embudo_body = True
        response.json = lambda **_: body
        return False

    return is_broken


class _Repeated(str):
    """A key that its object already has: equal to itself alone, so that both stay, and are quarantined in landing."""

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def _with_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in pairs:
        fields[_Repeated(key) if key in fields else key] = value
    return fields


def _is_deeper(body: Any, depth: int) -> bool:
    """Whether lists and objects lie more than `depth` deep, level by level."""
    level = [body]
    for _ in range(depth + 1):
        level = [node for node in level if isinstance(node, dict | list)]
        if not level:
            return False
        level = [
            node for all_ in level for node in (all_.values() if isinstance(all_, dict) else all_)
        ]
    return True


_ERROR_KEYS = ("error", "errors", "error_code", "errorcode", "error_message", "fault", "exception")
_SUCCESS_KEYS = ("ok", "success", "succeeded")
_STATE_KEYS = ("status", "state", "result")
_FAILED = ("error", "failed", "failure", "fail", "fault")
_NOTHING = ("", "0", "false", "no", "none", "null", "ok")


def stated_error(body: Any) -> str | None:
    """The key by which a response says that it is an error, whatever its status; None where it says so by none."""
    if not isinstance(body, dict):
        return None
    named = {str(key).lower(): (str(key), value) for key, value in body.items()}
    for key in _ERROR_KEYS:
        if key in named and _is_set(named[key][1]):
            return named[key][0]
    for key in _SUCCESS_KEYS:
        if key in named and (named[key][1] is False or str(named[key][1]).lower() == "false"):
            return named[key][0]
    for key in _STATE_KEYS:
        if key in named and str(named[key][1]).lower() in _FAILED:
            return named[key][0]
    return None


def _is_record(body: Any, matches: list[Any]) -> bool:
    """Whether the response is one record: it is what the selector leads to, and says more than that it failed."""
    said = {*_ERROR_KEYS, *_SUCCESS_KEYS, *_STATE_KEYS, "message", "code", "detail", "details"}
    return any(match is body for match in matches) and not said.issuperset(map(str.lower, body))


def _is_set(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_set(item) for item in value.values())
    if isinstance(value, list):
        return bool(value)
    return str(value).strip().lower() not in _NOTHING


def _require_good(response: Response) -> None:
    status = response.status_code
    if status < 300:
        if hasattr(response, "embudo_fault"):
            raise ResponseRejected(response.embudo_fault)
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
