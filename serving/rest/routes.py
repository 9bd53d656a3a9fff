"""The addresses of `/api/v1`, once: the application routes by them and OpenAPI describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from serving.replies import JSON, Reply
from serving.rest import operations
from serving.rest.formats import FORMATS
from serving.rest.operations import Call

BASE = "/api/v1"

PARAMETERS: Mapping[str, str] = {
    "metrics": "Metrics, separated by commas.",
    "saved_query": "A saved query in place of metrics, group_by and grain.",
    "group_by": "Dimensions, separated by commas: rep__team, metric_time__month.",
    "grain": "hour, day, week, month, quarter or year of metric_time.",
    "where": "A filter in SQL over dimensions; may be sent several times, all must hold.",
    "order_by": "Columns to sort by, separated by commas; -revenue sorts descending.",
    "limit": "Maximum number of rows.",
    "offset": "Rows to leave out before the first.",
    "release": "An older release; /api/v1/releases lists them.",
    "format": f"{', '.join(FORMATS)}; otherwise the `accept` header decides.",
    "lang": "Language of labels: en or es.",
}
_NUMBERS = ("limit", "offset")
_FORMS = tuple(form.media_type.partition(";")[0] for form in FORMATS.values())


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address and what it takes."""

    path: str
    run: Callable[[Call], Reply]
    parameters: tuple[str, ...] = ()
    media_types: tuple[str, ...] = (JSON,)
    takes_body: bool = False
    is_open: bool = False
    """Whether it needs no token."""


ROUTES = (
    Route(path="/metrics", run=operations.list_metrics, parameters=("release",)),
    Route(path="/metrics/{name}", run=operations.show_metric, parameters=("release",)),
    Route(path="/dimensions", run=operations.list_dimensions, parameters=("metrics", "release")),
    Route(
        path="/dimensions/{name}/values",
        run=operations.list_dimension_values,
        parameters=("metrics", "where", "limit", "release", "format", "lang"),
        media_types=_FORMS,
    ),
    Route(path="/saved-queries", run=operations.list_saved_queries, parameters=("release",)),
    Route(
        path="/query",
        run=operations.query,
        parameters=operations.QUERY_PARAMETERS,
        media_types=_FORMS,
        takes_body=True,
    ),
    Route(path="/releases", run=operations.list_releases),
    Route(path="/healthz", run=operations.health, is_open=True),
)


def openapi(version: str) -> dict[str, object]:
    """The description of every address, as OpenAPI 3.1."""
    paths: dict[str, object] = {}
    for route in ROUTES:
        operation = _operation(route)
        methods: dict[str, object] = {"get": operation}
        if route.takes_body:
            methods["post"] = _with_body(operation, route)
        paths[f"{BASE}{route.path}"] = methods
    return {
        "openapi": "3.1.0",
        "info": {"title": "Embudo's metrics", "version": version},
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR},
        },
    }


_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


def _operation(route: Route) -> dict[str, object]:
    summary = (route.run.__doc__ or "").strip().partition("\n")[0]
    in_path = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in in_path
    ] + [
        {"name": name, "in": "query", "description": PARAMETERS[name], "schema": _schema(name)}
        for name in route.parameters
    ]
    failed = {
        "description": "What was wrong, and what to do.",
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {
        "operationId": route.run.__name__,
        "summary": summary,
        "security": [] if route.is_open else [{"token": []}],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {name: {} for name in route.media_types},
            },
            "4XX": failed,
            "5XX": failed,
        },
    }


def _with_body(operation: Mapping[str, object], route: Route) -> dict[str, object]:
    """The same operation, its parameters as a JSON object."""
    properties = {
        name: {"description": PARAMETERS[name], **_body_schema(name)} for name in route.parameters
    }
    schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {
        **operation,
        "operationId": f"{operation['operationId']}_by_post",
        "parameters": [],
        "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
    }


def _schema(name: str) -> dict[str, object]:
    if name == "where":
        return {"type": "array", "items": {"type": "string"}}
    if name in _NUMBERS:
        return {"type": "integer", "minimum": 0}
    return {"type": "string"}


def _body_schema(name: str) -> dict[str, object]:
    if name in ("metrics", "group_by", "order_by", "where"):
        return {"type": ["array", "string"], "items": {"type": "string"}}
    return _schema(name)
