"""The operations of the GraphQL schema, each one function. One document is answered from one release."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ariadne import MutationType, QueryType, ScalarType
from graphql import GraphQLResolveInfo

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import Trust
from semantic_layer.request import QueryRequest
from serving.dbt_names import group_by_name, order_name
from serving.errors import Refusal, public
from serving.graphql.types import Definitions, Shown, page
from serving.query_book import CreatedQuery, QueryBook, StoredAnswer
from serving.rest.formats import arrow_stream
from serving.service import check_size, saved_request, with_trust

ROWS_PER_PAGE = 1_024

query = QueryType()
mutation = MutationType()
big_int = ScalarType("BigInt")
json_value = ScalarType("JSON")

BINDABLES = (query, mutation, big_int, json_value)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the resolvers of one document share."""

    layer: SemanticLayer
    book: QueryBook
    caller: str
    """The digest of the caller's token."""
    trusts: list[Trust] = field(default_factory=list)
    """Of the answers in the document, for its extensions."""

    @property
    def definitions(self) -> Definitions:
        """The definitions of the release."""
        return Definitions(layer=self.layer)


@query.field("metrics")
def resolve_metrics(_: object, info: GraphQLResolveInfo, **__: object) -> list[Shown]:
    """Every metric."""
    return _context(info).definitions.metrics()


@query.field("metricsPaginated")
def resolve_metrics_page(_: object, info: GraphQLResolveInfo, **arguments: Any) -> Shown:
    """A page of the metrics."""
    return _page(_context(info).definitions.metrics(), arguments)


@query.field("dimensions")
def resolve_dimensions(_: object, info: GraphQLResolveInfo, **arguments: Any) -> list[Shown]:
    """What all of some metrics can be grouped by."""
    return _context(info).definitions.dimensions(_metric_names(arguments))


@query.field("dimensionsPaginated")
def resolve_dimensions_page(_: object, info: GraphQLResolveInfo, **arguments: Any) -> Shown:
    """A page of that."""
    return _page(_context(info).definitions.dimensions(_metric_names(arguments)), arguments)


@query.field("entities")
def resolve_entities(_: object, info: GraphQLResolveInfo, **arguments: Any) -> list[Shown]:
    """The entities that all of some metrics can be grouped by."""
    return _context(info).definitions.entities(_metric_names(arguments))


@query.field("entitiesPaginated")
def resolve_entities_page(_: object, info: GraphQLResolveInfo, **arguments: Any) -> Shown:
    """A page of them."""
    return _page(_context(info).definitions.entities(_metric_names(arguments)), arguments)


@query.field("measures")
def resolve_measures(_: object, info: GraphQLResolveInfo, **arguments: Any) -> list[Shown]:
    """What some metrics aggregate."""
    return _context(info).definitions.measures(_metric_names(arguments))


@query.field("savedQueries")
def resolve_saved_queries(_: object, info: GraphQLResolveInfo, **__: object) -> list[Shown]:
    """Every saved query."""
    return _context(info).definitions.saved_queries()


@query.field("savedQueriesPaginated")
def resolve_saved_queries_page(_: object, info: GraphQLResolveInfo, **arguments: Any) -> Shown:
    """A page of them."""
    return _page(_context(info).definitions.saved_queries(), arguments)


@query.field("environmentInfo")
def resolve_environment(_: object, info: GraphQLResolveInfo, **__: object) -> Shown:
    """The one environment there is."""
    return {
        "sqlDialect": "DUCKDB",
        "dialect": "DUCKDB",
        "dialectSupportedBySlg": True,
        "hasMetricsDefined": bool(_context(info).layer.catalogue.metrics),
    }


@query.field("query")
def resolve_query(
    _: object, info: GraphQLResolveInfo, *, queryId: str, pageNum: int | None = 1, **__: object
) -> Shown:
    """The state of a query, with a page of its answer."""
    context = _context(info)
    return _shown_query(context, context.book.find(queryId, context.caller), pageNum or 1)


@mutation.field("createQuery")
def create_query(_: object, info: GraphQLResolveInfo, **arguments: Any) -> Shown:
    """Run a query; where it fails, the client learns why when it fetches it, as dbt's clients expect."""
    context = _context(info)
    try:
        result = context.layer.query(_request(context.layer, arguments))
        answer = StoredAnswer(table=with_trust(result), sql=result.sql, trust=result.trust)
        created = context.book.add(context.caller, answer=answer)
    except Exception as error:
        created = context.book.add(context.caller, error=public(error).message)
    return {"queryId": created.query_id}


@mutation.field("compileSql")
def compile_sql(_: object, info: GraphQLResolveInfo, **arguments: Any) -> Shown:
    """The SQL of a query."""
    layer = _context(info).layer
    return {"sql": layer.explain(_request(layer, arguments))}


@mutation.field("cancelQuery")
def cancel_query(_: object, info: GraphQLResolveInfo, *, queryId: str, **__: object) -> Shown:
    """Forget a query."""
    context = _context(info)
    return {"queryId": context.book.cancel(queryId, context.caller).query_id}


@big_int.value_parser
def parse_big_int(value: object) -> int:
    """Whole numbers, also as text: JSON of some clients cannot hold large ones."""
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 40:
        raise ValueError("a BigInt is a whole number")
    return int(value)


def _shown_query(context: Context, created: CreatedQuery, number: int) -> Shown:
    if created.answer is None:
        return {"queryId": created.query_id, "status": "FAILED", "error": created.error}
    table = created.answer.table
    pages = max(math.ceil(table.num_rows / ROWS_PER_PAGE), 1)
    if not 1 <= number <= pages:
        raise QueryInvalid(f"There is no page {number}: expected 1 to {pages}.")
    context.trusts.append(created.answer.trust)
    content = arrow_stream(table.slice((number - 1) * ROWS_PER_PAGE, ROWS_PER_PAGE))
    return {
        "queryId": created.query_id,
        "status": "SUCCESSFUL",
        "sql": created.answer.sql,
        "totalPages": pages,
        "arrowResult": base64.b64encode(content).decode("ascii"),
    }


def _request(layer: SemanticLayer, arguments: Mapping[str, Any]) -> QueryRequest:
    """The request of a mutation's arguments."""
    where = tuple(item["sql"] for item in arguments.get("where") or ())
    order = tuple(_order(item) for item in arguments.get("orderBy") or ())
    limit = arguments.get("limit")
    metrics = _metric_names(arguments)
    group_by = tuple(_group_by(item) for item in arguments.get("groupBy") or ())
    if saved := arguments.get("savedQuery"):
        if metrics or group_by:
            raise Refusal(
                "`savedQuery` has its own metrics and dimensions: expected no `metrics` and `groupBy` beside it."
            )
        return saved_request(layer, saved, where=where, order=order, limit=limit)
    request = QueryRequest(
        metrics=metrics, group_by=group_by, where=where, order=order, limit=limit
    )
    check_size(request)
    return request


def _group_by(item: Mapping[str, Any]) -> str:
    return group_by_name(item["name"], item.get("timeGranularity"))


def _order(item: Mapping[str, Any]) -> str:
    metric, group_by = item.get("metric"), item.get("groupBy")
    if bool(metric) == bool(group_by):
        raise Refusal("An order takes `metric` or `groupBy`: expected one of them.")
    chosen: Mapping[str, Any] = metric or group_by or {}
    return order_name(
        chosen["name"],
        grain=chosen.get("timeGranularity"),
        descending=bool(item.get("descending")),
    )


def _metric_names(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    names = tuple(item["name"].lower() for item in arguments.get("metrics") or ())
    check_size(QueryRequest(metrics=names, group_by=("metric_time",)))
    return names


def _page(items: Sequence[Shown], arguments: Mapping[str, Any]) -> Shown:
    return page(
        items,
        number=arguments.get("pageNum") or 1,
        size=arguments.get("pageSize"),
        search=arguments.get("search"),
        terms=arguments.get("searchTerms") or (),
    )


def _context(info: GraphQLResolveInfo) -> Context:
    context = info.context
    assert isinstance(context, Context)
    return context
