"""Errors in GraphQL's form."""

from __future__ import annotations

import json

import pytest
from graphql import GraphQLError

from orchestration.core.errors import QueryInvalid
from serving.errors import PublicError
from serving.graphql.replies import refusal, shown_error


@pytest.mark.parametrize(
    ("status", "expected"), [(400, 200), (401, 200), (404, 200), (413, 413), (500, 500)]
)
def test_a_callers_mistake_has_a_body_that_clients_read(status: int, expected: int) -> None:
    reply = refusal(PublicError(status=status, code="c", message="m"))
    assert reply.status == expected
    assert json.loads(reply.content) == {
        "data": None, "errors": [{"message": "m", "extensions": {"code": "c"}}],
    }  # fmt: skip


def test_causes_are_public_ones() -> None:
    ours = GraphQLError(
        "x", original_error=GraphQLError("y", original_error=QueryInvalid("no metric"))
    )
    assert shown_error(ours) == {"message": "no metric", "extensions": {"code": "query_invalid"}}
    unknown = GraphQLError("/secret", original_error=KeyError("/secret"), path=["metrics"])
    shown = shown_error(unknown)
    assert "/secret" not in str(shown) and shown["path"] == ["metrics"]
    assert (
        shown_error(GraphQLError("Cannot query field"))["extensions"]["code"] == "graphql_invalid"
    )
