"""What every call of Flight passes: token, errors as statuses without tracebacks, count, log.

Answering belongs to `server`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from serving.errors import PublicError, Refusal, public
from serving.service import Service
from serving.telemetry import Telemetry
from serving.tokens import Token

RELEASE_HEADER = "embudo-release"
"""With which a call pins a release."""

_MAX_MESSAGE = 4_000
"""Characters of an error; gRPC sends it as a header."""
_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    404: grpc.StatusCode.INVALID_ARGUMENT,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.RESOURCE_EXHAUSTED,
}

_access = logging.getLogger("embudo.access")


class NotSupported(Refusal):
    """A call of Flight SQL that this server does not answer."""

    status = 501
    code = "not_supported"


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls, and which release answers."""

    caller: Token
    release: str | None


@dataclass(frozen=True, kw_only=True)
class CallGuard:
    """Wraps the calls of a service."""

    service: Service
    telemetry: Telemetry

    def unary(self, name: str, run: Callable[[Any, Call], Any]) -> Callable[[Any, Any], Any]:
        """A call with one answer, for gRPC."""

        def guarded(request: Any, context: grpc.ServicerContext) -> Any:
            return next(self._answers(name, request, context, lambda r, call: iter([run(r, call)])))

        return guarded

    def stream(
        self, name: str, run: Callable[[Any, Call], Iterable[Any]]
    ) -> Callable[[Any, Any], Iterator[Any]]:
        """A call with any number of answers, for gRPC."""

        def guarded(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            return self._answers(name, request, context, run)

        return guarded

    def _answers(
        self,
        name: str,
        request: Any,
        context: grpc.ServicerContext,
        run: Callable[[Any, Call], Iterable[Any]],
    ) -> Iterator[Any]:
        started, caller = time.perf_counter(), "-"
        code, failure = grpc.StatusCode.OK, None
        try:
            call = self._call(context)
            caller = call.caller.name
            yield from run(request, call)
        except Exception as error:
            failure = public(error)
            code = _CODES.get(failure.status, grpc.StatusCode.INTERNAL)
        finally:
            seconds = time.perf_counter() - started
            status = code.name.lower()
            self.telemetry.observe("flight", status, seconds)
            _access.info("%s Flight %s %s %.1f ms", caller, name, status, seconds * 1000)
        if failure is not None:
            _abort(context, code, failure)

    def _call(self, context: grpc.ServicerContext) -> Call:
        headers = {key: str(value) for key, value in context.invocation_metadata()}
        caller = self.service.caller(headers.get("authorization", ""))
        return Call(caller=caller, release=headers.get(RELEASE_HEADER))


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, failure: PublicError) -> None:
    context.abort(code, failure.message[:_MAX_MESSAGE])
