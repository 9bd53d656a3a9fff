"""What a call of Flight passes before it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from serving.flight.call_guard import Call, CallGuard, NotSupported
from serving.server import Server
from serving.telemetry import Telemetry
from tests.unit.serving.conftest import Client


class Aborted(Exception):
    """What gRPC raises to end a call."""


class Context:
    """A call's context that keeps how the call ended."""

    def __init__(self, token: str) -> None:
        self.headers = (("authorization", f"Bearer {token}"), ("embudo-release", "r1"))
        self.ended: tuple[grpc.StatusCode, str] | None = None

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return self.headers

    def abort(self, code: grpc.StatusCode, message: str) -> None:
        self.ended = (code, message)
        raise Aborted


@pytest.fixture
def guard(server: Server) -> CallGuard:
    return CallGuard(service=server.service, telemetry=Telemetry())


def test_a_call_has_its_caller_and_its_release(guard: CallGuard, client: Client) -> None:
    def run(request: Any, call: Call) -> str:
        return f"{request} {call.caller.name} {call.release}"

    context: Any = Context(client.token)
    assert guard.unary("Get", run)("x", context) == "x tests r1"
    assert list(guard.stream("Do", lambda r, call: [r, call.release])("x", context)) == ["x", "r1"]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (QueryInvalid("no metric"), "INVALID_ARGUMENT", "no metric"),
        (NotSupported("only reads"), "UNIMPLEMENTED", "only reads"),
        (ReleaseCorrupt("/secret"), "RESOURCE_EXHAUSTED", "cannot be read"),
        (KeyError("/secret"), "INTERNAL", "could not answer"),
        (QueryInvalid("x" * 9_000), "INVALID_ARGUMENT", "x" * 4_000),
    ],
)
def test_errors_become_statuses(
    guard: CallGuard, client: Client, error: Exception, code: str, message: str
) -> None:
    def fail(request: Any, call: Call) -> Iterator[Any]:
        yield 1
        raise error

    context: Any = Context(client.token)
    with pytest.raises(Aborted):
        list(guard.stream("Do", fail)(None, context))
    assert context.ended[0].name == code
    assert message in context.ended[1] and "/secret" not in context.ended[1]
    assert len(context.ended[1]) <= 4_000


def test_strangers_are_counted_logged_and_not_answered(
    guard: CallGuard, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="embudo.access")
    context: Any = Context("embudo_nobody")
    with pytest.raises(Aborted):
        guard.unary("GetFlightInfo", lambda request, call: pytest.fail("answered"))(None, context)
    assert context.ended == (grpc.StatusCode.UNAUTHENTICATED, "User is not authorized")
    assert caplog.records[-1].getMessage().startswith("- Flight GetFlightInfo unauthenticated ")
    text = guard.telemetry.text(server.service.pool)
    assert 'embudo_requests_total{protocol="flight",status="unauthenticated"} 1' in text
