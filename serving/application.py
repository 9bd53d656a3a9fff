"""The HTTP application: its routes, one pool of threads for queries, and what wraps them.

Queries run in threads, since planning and DuckDB block. Listening on a port belongs to `server`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from serving.errors import NotFound, PublicError, Refusal, public
from serving.graphql.replies import PATHS, refusal
from serving.guard import LINKS, Guard
from serving.replies import Reply, error_reply, json_reply
from serving.reply_cache import ReplyCache
from serving.rest import operations
from serving.rest.links import link_parameters
from serving.rest.operations import Call
from serving.rest.parameters import Parameters
from serving.rest.routes import BASE, ROUTES, openapi
from serving.rest.routes import Route as RestRoute
from serving.service import Service
from serving.telemetry import MEDIA_TYPE, Telemetry

if TYPE_CHECKING:
    from serving.graphql.endpoint import GraphQLEndpoint

OPENAPI_PATH = f"{BASE}/openapi.json"
TELEMETRY_PATH = "/metrics"
HEALTH_PATH = "/healthz"
RELEASE_HEADER = "embudo-release"
"""With which a GraphQL request pins a release; REST has a parameter."""

_THREADS = 8
"""Queries at a time; more of them wait. DuckDB has threads of its own."""

_FEWEST_BYTES_TO_COMPRESS = 1_400
"""Less fits into one packet as it is."""

Endpoint = Callable[[Request], Awaitable[Response]]


def build_application(service: Service, telemetry: Telemetry) -> ASGIApp:
    """The application over a service."""
    # Building the schema takes ariadne, which nothing else imports.
    from serving.graphql.endpoint import GraphQLEndpoint

    limiter = anyio.CapacityLimiter(_THREADS)
    replies = ReplyCache()
    routes: list[BaseRoute] = [
        Route(
            f"{BASE}{route.path}", _rest(route, service, replies, limiter), methods=_methods(route)
        )
        for route in ROUTES
    ]
    graphql = _graphql(GraphQLEndpoint(service=service), limiter)
    routes += [Route(path, graphql, methods=["POST"]) for path in PATHS]
    routes.append(Route(f"{LINKS}{{secret}}", _link(service, replies, limiter)))
    health = next(route for route in ROUTES if route.path == HEALTH_PATH)
    routes += [
        Route(HEALTH_PATH, _rest(health, service, replies, limiter)),
        Route(OPENAPI_PATH, _fixed(json_reply(openapi(version("embudo"))))),
        Route(TELEMETRY_PATH, _telemetry(service, telemetry)),
    ]
    return wrapped(routes, service, telemetry)


def wrapped(routes: Sequence[BaseRoute], service: Service, telemetry: Telemetry) -> ASGIApp:
    """Routes behind the guard, compressed, their errors as JSON."""
    app = Starlette(
        routes=list(routes), exception_handlers={HTTPException: _http_error, Refusal: _refusal}
    )
    # An address that is not quite one must not become a redirect: clients lose their token on it.
    app.router.redirect_slashes = False
    compressed = GZipMiddleware(app, minimum_size=_FEWEST_BYTES_TO_COMPRESS, compresslevel=5)
    return Guard(
        app=compressed,
        service=service,
        telemetry=telemetry,
        open_paths=frozenset({HEALTH_PATH, f"{BASE}{HEALTH_PATH}", OPENAPI_PATH}),
        protocol_of=_protocol_of,
        refuse=_refuse,
    )


def _methods(route: RestRoute) -> list[str]:
    return ["GET", "POST"] if route.takes_body else ["GET"]


def _rest(
    route: RestRoute, service: Service, replies: ReplyCache, limiter: anyio.CapacityLimiter
) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            if request.method == "POST":
                parameters = Parameters.of_body(await request.body(), known=route.parameters)
            else:
                items = request.query_params.multi_items()
                parameters = Parameters.of_address(items, known=route.parameters)
            call = Call(
                service=service,
                replies=replies,
                parameters=parameters,
                path=request.path_params,
                headers=request.headers,
                caller=getattr(request.state, "caller", None),
            )
            reply = await anyio.to_thread.run_sync(route.run, call, limiter=limiter)
        except Exception as error:
            reply = error_reply(public(error))
        return _response(reply)

    return endpoint


def _link(service: Service, replies: ReplyCache, limiter: anyio.CapacityLimiter) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            Parameters.of_address(request.query_params.multi_items(), known=())
            call = Call(
                service=service,
                replies=replies,
                parameters=link_parameters(request.state.caller.query),
                path={},
                headers=request.headers,
                caller=getattr(request.state, "caller", None),
            )
            reply = await anyio.to_thread.run_sync(operations.query, call, limiter=limiter)
        except Exception as error:
            reply = error_reply(public(error))
        return _response(reply)

    return endpoint


def _graphql(graphql: GraphQLEndpoint, limiter: anyio.CapacityLimiter) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        release = request.headers.get(RELEASE_HEADER)
        answer = partial(graphql.answer, body, request.state.caller, release=release)
        return _response(await anyio.to_thread.run_sync(answer, limiter=limiter))

    return endpoint


def _protocol_of(path: str) -> str:
    if path in PATHS:
        return "graphql"
    if path.startswith(LINKS):
        return "link"
    return "rest" if path.startswith(BASE) else "http"


def _refuse(path: str, error: Refusal) -> Reply:
    """A refusal in the form of the protocol at a path."""
    return refusal(public(error)) if path in PATHS else error_reply(public(error))


def _fixed(reply: Reply) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return _response(reply)

    return endpoint


def _telemetry(service: Service, telemetry: Telemetry) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        text = await anyio.to_thread.run_sync(telemetry.text, service.pool)
        return _response(Reply(content=text.encode(), media_type=MEDIA_TYPE))

    return endpoint


def _response(reply: Reply) -> Response:
    headers = {**reply.headers, "vary": "Accept, Accept-Encoding, Authorization"}
    return Response(
        reply.content, status_code=reply.status, headers=headers, media_type=reply.media_type
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _response(error_reply(public(_unknown_address())))
    message = f"{error.detail}: {request.method} is not taken here."
    return _response(
        error_reply(PublicError(status=error.status_code, code="http_error", message=message))
    )


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _response(_refuse(request.url.path, error))


def _unknown_address() -> NotFound:
    return NotFound(f"There is nothing at this address. {OPENAPI_PATH} lists what there is.")
