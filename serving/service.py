"""What all protocols share: who calls, which release answers, and what one request may ask for.

Reading a protocol's own form of a request, and writing its form of an answer, belongs to the protocol.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.layer_pool import LayerPool
from semantic_layer.rendering import trust_dict
from semantic_layer.request import QueryRequest
from semantic_layer.results import QueryResult
from semantic_layer.row_scope import RowScope
from serving.errors import UNAUTHORIZED_MESSAGE, NotFound, Unauthorized
from serving.tokens import SCOPED_ROLES, Token, TokenStore, bearer

if TYPE_CHECKING:
    import pyarrow as pa

SCOPE_DIMENSIONS: Mapping[str, str] = {"rep": "rep__key", "manager": "rep__team"}
"""What the rows of a role are found by: the rep, and the team that the rep was in on the day of the event."""

MAX_METRICS = 50
MAX_GROUP_BY = 16
MAX_FILTERS = 50
"""Of one request; saved queries are the analysts' own and may have more."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Answers of the releases in a pool to callers with a token."""

    pool: LayerPool
    tokens: TokenStore

    def caller(self, authorization: str) -> Token:
        """Who sends a header `authorization: Bearer …`; raises `Unauthorized`."""
        token = self.tokens.find(bearer(authorization))
        if token is None or token.role == "link":
            raise Unauthorized(UNAUTHORIZED_MESSAGE)
        return token

    def link(self, secret: str) -> Token:
        """The link of an address; raises `NotFound` for one that is none, revoked or expired."""
        token = self.tokens.find(secret)
        if token is None or token.role != "link":
            raise NotFound("There is no such link: it was revoked, or its time is over.")
        return token

    @contextmanager
    def layer(self, caller: Token, release: str | None = None) -> Iterator[SemanticLayer]:
        """The current release, or one that is pinned by its id, as far as a caller may see it."""
        scope = row_scope(caller)
        with self.pool.lease(release or None) as layer:
            yield layer.scoped(scope) if scope else layer


def row_scope(caller: Token) -> RowScope | None:
    """The rows that a caller may see; None for all."""
    if caller.role in SCOPED_ROLES:
        return RowScope(
            role=caller.role, dimension=SCOPE_DIMENSIONS[caller.role], value=caller.scope
        )
    return None


def saved_request(
    layer: SemanticLayer,
    name: str,
    *,
    where: tuple[str, ...] = (),
    order: tuple[str, ...] = (),
    limit: int | None = None,
) -> QueryRequest:
    """The request of a saved query, narrowed."""
    if len(where) > MAX_FILTERS:
        raise _too_many("filters", len(where), MAX_FILTERS)
    request = layer.catalogue.saved_query(name).request
    return request.narrowed(where=where, order=",".join(order), limit=limit)


def dimension_values(
    layer: SemanticLayer,
    name: str,
    *,
    metrics: tuple[str, ...] = (),
    where: tuple[str, ...] = (),
    limit: int | None = None,
) -> QueryResult:
    """The distinct values of a dimension, in order; with metrics, those of the rows behind them."""
    request = QueryRequest(
        metrics=metrics, group_by=(name,), where=where, limit=None if metrics else limit
    )
    check_size(request)
    result = layer.query(request)
    column = result.columns[0]
    table = result.table.select([column.name])
    return replace(
        result, table=table if limit is None else table.slice(0, limit), columns=(column,)
    )


def with_trust(result: QueryResult) -> pa.Table:
    """The table with its trust in the metadata of its schema, as JSON under `embudo.trust`."""
    trust = json.dumps(trust_dict(result.trust), ensure_ascii=False)
    return result.table.replace_schema_metadata({"embudo.trust": trust})


def check_size(request: QueryRequest) -> None:
    """Raise `QueryInvalid` for a request that would take too long to plan."""
    for noun, names, most in (
        ("metrics", request.metrics, MAX_METRICS),
        ("dimensions", request.group_by, MAX_GROUP_BY),
        ("filters", request.where, MAX_FILTERS),
    ):
        if len(names) > most:
            raise _too_many(noun, len(names), most)


def _too_many(noun: str, count: int, most: int) -> QueryInvalid:
    return QueryInvalid(
        f"The query has {count} {noun}: expected at most {most}. Split it into several queries."
    )
