"""Replies over HTTP as plain records, and the headers that carry how far an answer can be trusted (I8).

Sending them belongs to the application.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from semantic_layer.records import Trust
from semantic_layer.rendering import trust_dict
from serving.errors import PublicError

JSON = "application/json"

_MAX_WARNINGS = 20
"""In a header, which some proxies limit to a few kilobytes; the body has all of them."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is sent back."""

    content: bytes = b""
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(
    payload: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """A reply of plain data; dates and other values that JSON does not know are written as text."""
    text = json.dumps(payload, ensure_ascii=False, default=str)
    return Reply(content=text.encode(), status=status, headers=headers or {})


def error_reply(error: PublicError) -> Reply:
    """A reply that states what is wrong."""
    headers = {"www-authenticate": 'Bearer realm="embudo"'} if error.status == 401 else {}
    payload = {"error": {"code": error.code, "message": error.message}}
    return json_reply(payload, status=error.status, headers=headers)


def trust_headers(trust: Trust) -> dict[str, str]:
    """Release, data-as-of, verdict, waived checks and warnings, and the last load of each stream behind the metrics.

    Values are ASCII: other characters are percent-encoded.
    """
    facts = trust_dict(trust)
    headers = {
        "embudo-release": trust.release_id,
        "embudo-verdict": trust.verdict,
        "embudo-data-as-of": str(facts["as_of"] or ""),
        "embudo-published-at": str(facts["published_at"] or ""),
    }
    if trust.accepted:
        headers["embudo-waived"] = "; ".join(trust.accepted)
    if trust.open_warnings:
        headers["embudo-warnings"] = "; ".join(
            warning.title for warning in trust.open_warnings[:_MAX_WARNINGS]
        )
    loads = facts["streams"]
    if isinstance(loads, Mapping) and loads:
        headers["embudo-streams"] = "; ".join(f"{name}={at or ''}" for name, at in loads.items())
    return {name: quote(value, safe=" ;=:.,-_+/()*'`") for name, value in headers.items()}
