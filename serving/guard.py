"""What every HTTP request passes before a protocol sees it: size, token, count, log.

Answering belongs to the protocols.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import Refusal, TooLarge, public
from serving.replies import Reply, error_reply
from serving.service import Service
from serving.telemetry import Telemetry

MAX_BODY = 1024 * 1024
MAX_ADDRESS = 32 * 1024
"""Bytes."""

LINKS = "/link/"
"""Before the secret of a link, for tools that can send no header."""

_SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}

_access = logging.getLogger("embudo.access")


class _AddressTooLong(TooLarge):
    status = 414


@dataclass(frozen=True, kw_only=True)
class Guard:
    """An ASGI application around the one that answers.

    `open_paths` need no token. `refuse` writes a refusal in the form of the protocol at a path.
    """

    app: ASGIApp
    service: Service
    telemetry: Telemetry
    open_paths: frozenset[str]
    protocol_of: Callable[[str], str]
    refuse: Callable[[str, Refusal], Reply] = field(
        default=lambda path, error: error_reply(public(error))
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        caller = "-"

        async def counted_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            try:
                caller = self._check(scope)
            except Refusal as error:
                await send_reply(self.refuse(scope["path"], error), counted_send)
                return
            await self.app(scope, _bounded(scope, receive), counted_send)
        finally:
            seconds = time.perf_counter() - started
            self.telemetry.observe(self.protocol_of(scope["path"]), str(status), seconds)
            # The query string may hold values of people; the path does not.
            _access.info(
                "%s %s %s %d %.1f ms",
                *(caller, scope["method"], _logged(scope), status, seconds * 1000),
            )

    def _check(self, scope: Scope) -> str:
        """The name of the caller's token; raises `Refusal` for a request that goes no further."""
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
            raise _AddressTooLong(
                f"The address is longer than {MAX_ADDRESS:,} bytes. Send the parameters as a JSON body "
                "to /api/v1/query."
            )
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > MAX_BODY:
            raise _too_large()
        if scope["path"] in self.open_paths:
            return "-"
        if scope["path"].startswith(LINKS):
            token = self.service.link(scope["path"].removeprefix(LINKS))
        else:
            token = self.service.caller(headers.get("authorization", ""))
        scope.setdefault("state", {})["caller"] = token
        return token.name


async def send_reply(reply: Reply, send: Send) -> None:
    """Send a reply as it is."""
    headers = {
        **reply.headers,
        "content-type": reply.media_type,
        "content-length": str(len(reply.content)),
    }
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": reply.content})


def _logged(scope: Scope) -> str:
    """The path as it was sent, without a link's secret: decoded, it could begin a line of its own in the log."""
    if scope["path"].startswith(LINKS):
        return f"{LINKS}…"
    return str(scope["raw_path"][:200].decode("ascii", "backslashreplace"))


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """The same body, up to its limit: a chunked one states no length."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise _too_large()
        return message

    return bounded


def _too_large() -> TooLarge:
    return TooLarge(f"The body is larger than {MAX_BODY:,} bytes; send a smaller request.")
