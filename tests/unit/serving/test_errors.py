"""What a client sees of an error: never a path, never a traceback."""

from __future__ import annotations

import pytest

from orchestration.core.errors import EmbudoError, QueryInvalid, ReleaseCorrupt, ResourceExhausted
from semantic_layer.release_store import ReleaseUnknown
from serving.errors import NotFound, Refusal, TooLarge, Unauthorized, public


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refusal("x"), 400, "bad_request"),
        (Unauthorized("x"), 401, "unauthorized"),
        (NotFound("x"), 404, "not_found"),
        (TooLarge("x"), 413, "too_large"),
        (QueryInvalid("x"), 400, "query_invalid"),
        (ReleaseUnknown("x"), 404, "release_unknown"),
    ],
)
def test_a_callers_mistake_is_explained(error: EmbudoError, status: int, code: str) -> None:
    shown = public(error)
    assert (shown.status, shown.code, shown.message) == (status, code, "x")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ReleaseCorrupt("/home/ana/.embudo is corrupt"), 503, "release_unreadable"),
        (ResourceExhausted("/tmp is full"), 503, "resources_exhausted"),
        (EmbudoError("needs /tmp"), 503, "resources_exhausted"),
        (MemoryError("/tmp"), 503, "resources_exhausted"),
        (KeyError("/secret"), 500, "internal_error"),
    ],
)
def test_the_servers_own_trouble_is_not(error: Exception, status: int, code: str) -> None:
    shown = public(error)
    assert (shown.status, shown.code) == (status, code)
    assert "/" not in shown.message
