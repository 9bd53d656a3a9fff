"""Errors over GraphQL, in the form that dbt's clients read, and the paths that speak it."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from serving.errors import PublicError, public
from serving.replies import Reply, json_reply

PATHS = ("/api/graphql", "/")
"""One client posts to the root."""

_HTTP_STATUSES = (413, 414, 500, 503)


def refusal(error: PublicError) -> Reply:
    """A request that was refused as a whole.

    A caller's mistake has status 200, a missing token too: some clients read no body of another one.
    """
    payload = {"data": None, "errors": [_error(error.message, error.code)]}
    return json_reply(payload, status=error.status if error.status in _HTTP_STATUSES else 200)


def shown_error(error: GraphQLError, debug: bool = False) -> dict[str, Any]:
    """An error of a document as a client sees it: of ours what is public, of GraphQL's its message."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is None or isinstance(cause, GraphQLError):
        shown = _error(error.message, "graphql_invalid")
    else:
        known = public(cause)
        shown = _error(known.message, known.code)
    if error.path:
        shown["path"] = error.path
    return shown


def _error(message: str, code: str) -> dict[str, Any]:
    return {"message": message[:2_000], "extensions": {"code": code}}
