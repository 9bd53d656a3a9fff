"""The operations of `/api/v1`: each turns parameters into a reply. Their addresses belong to `routes`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import cast

from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card
from semantic_layer.records import Trust
from semantic_layer.rendering import trust_dict
from semantic_layer.request import QueryRequest
from semantic_layer.results import QueryResult
from semantic_layer.translation import Language
from serving.errors import NotFound, Refusal
from serving.replies import Reply, json_reply, trust_headers
from serving.reply_cache import ReplyCache
from serving.rest.formats import FORMATS, format_of
from serving.rest.parameters import Parameters
from serving.service import Service, check_size, dimension_values, saved_request
from serving.tokens import Token

QUERY_PARAMETERS = (
    "metrics", "saved_query", "group_by", "grain", "where", "order_by", "limit", "offset", "release",
    "format", "lang",
)  # fmt: skip
LANGUAGES = ("en", "es")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as an operation sees it."""

    service: Service
    replies: ReplyCache
    parameters: Parameters
    path: Mapping[str, str]
    headers: Mapping[str, str]
    caller: Token | None = None
    """None where an address needs no token."""

    def layer(self) -> AbstractContextManager[SemanticLayer]:
        """The release that answers, as far as the caller may see it."""
        assert self.caller is not None, "only addresses without figures need no token"
        return self.service.layer(self.caller, self.parameters.one("release"))


def list_metrics(call: Call) -> Reply:
    """The catalogue: every metric with its definition in words and as a formula."""
    with call.layer() as layer:
        if (same := _unchanged(call, layer)) is not None:
            return same
        metrics = [asdict(metric) for metric in layer.metrics()]
        return _catalogue_reply(call, layer, {"metrics": metrics})


def show_metric(call: Call) -> Reply:
    """One metric with its dimensions, grains, lineage, SQL and last value."""
    with call.layer() as layer:
        name = call.path["name"]
        if name not in layer.catalogue.metrics:
            raise NotFound(f"There is no metric `{name[:80]}`. /api/v1/metrics lists all of them.")
        if (same := _unchanged(call, layer)) is not None:
            return same
        card = asdict(metric_card(layer, name))
        return _catalogue_reply(call, layer, card, trust=layer.trust([name]))


def list_dimensions(call: Call) -> Reply:
    """What all of some metrics can be grouped and filtered by; everything there is, for none."""
    with call.layer() as layer:
        if (same := _unchanged(call, layer)) is not None:
            return same
        names = call.parameters.names("metrics")
        check_size(QueryRequest(metrics=names, group_by=("metric_time",)))
        dimensions = [asdict(dimension) for dimension in layer.dimensions(names)]
        return _catalogue_reply(call, layer, {"dimensions": dimensions})


def list_saved_queries(call: Call) -> Reply:
    """The queries that analysts defined beside the metrics."""
    with call.layer() as layer:
        if (same := _unchanged(call, layer)) is not None:
            return same
        saved = [asdict(query) for query in layer.catalogue.saved_queries.values()]
        return _catalogue_reply(call, layer, {"saved_queries": saved})


def query(call: Call) -> Reply:
    """Metrics by dimensions, or a saved query; as JSON, CSV, Arrow or Parquet."""
    with call.layer() as layer:
        request = query_request(layer, call.parameters)
        return _answer(call, layer, request, lambda: layer.query(request))


def list_dimension_values(call: Call) -> Reply:
    """The distinct values of a dimension, of all rows or of those behind some metrics."""
    parameters = call.parameters
    with call.layer() as layer:
        name, metrics = call.path["name"], parameters.names("metrics")
        where, limit = parameters.texts("where"), parameters.number("limit")
        request = QueryRequest(metrics=metrics, group_by=(name,), where=where, limit=limit)
        return _answer(
            call,
            layer,
            request,
            lambda: dimension_values(layer, name, metrics=metrics, where=where, limit=limit),
        )


def list_releases(call: Call) -> Reply:
    """The releases that `release=` can name, the newest first."""
    releases = [asdict(release) for release in call.service.pool.kept_releases()]
    return json_reply({"releases": releases}, headers={"cache-control": "no-store"})


def health(call: Call) -> Reply:
    """Whether queries are answered; needs no token and names no data."""
    with call.service.pool.lease() as layer:
        layer.warehouse.has_table("performance", "scorecard")
    return json_reply({"status": "ok"}, headers={"cache-control": "no-store"})


def query_request(layer: SemanticLayer, parameters: Parameters) -> QueryRequest:
    """The request of a query's parameters; raises `Refusal` or `QueryInvalid` for one that does not fit."""
    where, order = parameters.texts("where"), parameters.names("order_by")
    limit, offset = parameters.number("limit"), parameters.number("offset") or 0
    if saved := parameters.one("saved_query"):
        for name in ("metrics", "group_by", "grain", "offset"):
            if parameters.values.get(name):
                raise Refusal(
                    f"`saved_query` has its own metrics, dimensions and grain: expected no `{name}` beside it, "
                    "only where, order_by and limit."
                )
        return saved_request(layer, saved, where=where, order=order, limit=limit)
    request = QueryRequest(
        metrics=parameters.names("metrics"),
        group_by=parameters.names("group_by"),
        # The request refuses what is no grain, with those there are.
        grain=parameters.one("grain"),  # type: ignore[arg-type]
        where=where,
        order=order,
        limit=limit,
        offset=offset,
    )
    check_size(request)
    return request


def _answer(
    call: Call, layer: SemanticLayer, request: QueryRequest, run: Callable[[], QueryResult]
) -> Reply:
    """The answer of a request, or that it is the one that the client has already."""
    parameters = call.parameters
    stated = parameters.choice("format", tuple(FORMATS), "") if parameters.one("format") else None
    form = format_of(stated, call.headers.get("accept", ""))
    lang = cast(Language, parameters.choice("lang", LANGUAGES, "en"))
    headers = _headers(_etag(layer, request, form, lang, call.path))
    if _is_same(call, headers["etag"]):
        return Reply(status=304, headers=headers)

    def write() -> Reply:
        result = run()
        return Reply(
            content=FORMATS[form].write(result, lang),
            media_type=FORMATS[form].media_type,
            headers=headers | trust_headers(result.trust),
        )

    return call.replies.get(layer, headers["etag"], write)


def _unchanged(call: Call, layer: SemanticLayer) -> Reply | None:
    """The reply that the client has the newest state already; None where it has not."""
    headers = _catalogue_headers(call, layer)
    return Reply(status=304, headers=headers) if _is_same(call, headers["etag"]) else None


def _catalogue_reply(
    call: Call, layer: SemanticLayer, payload: Mapping[str, object], *, trust: Trust | None = None
) -> Reply:
    """Definitions, with the trust of the release beside them."""
    shown = trust or layer.trust(())
    headers = _catalogue_headers(call, layer) | trust_headers(shown)
    return json_reply({**payload, "trust": trust_dict(shown)}, headers=headers)


def _catalogue_headers(call: Call, layer: SemanticLayer) -> dict[str, str]:
    return _headers(_etag(layer, sorted(call.parameters.values.items()), call.path))


def _headers(etag: str) -> dict[str, str]:
    """A client may keep an answer, and asks each time whether it is still that of the release."""
    return {"etag": etag, "cache-control": "private, no-cache"}


def _is_same(call: Call, etag: str) -> bool:
    known = (item.strip() for item in call.headers.get("if-none-match", "").split(","))
    return etag in known


def _etag(layer: SemanticLayer, *parts: object) -> str:
    """The same for the same request to the same release."""
    text = repr((version("embudo"), layer.release_id, layer.scope, parts))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
