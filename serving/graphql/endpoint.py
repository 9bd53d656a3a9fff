"""GraphQL over HTTP: one document in, one answer out, its errors as dbt's clients read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ariadne import graphql_sync, make_executable_schema
from graphql import GraphQLSchema

from semantic_layer.rendering import trust_dict
from serving.errors import Refusal, public
from serving.graphql.limits import read_document
from serving.graphql.replies import refusal, shown_error
from serving.graphql.resolvers import BINDABLES, Context
from serving.query_book import QueryBook
from serving.replies import Reply, json_reply, trust_headers
from serving.service import Service
from serving.tokens import Token

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")


def build_schema() -> GraphQLSchema:
    """The executable schema."""
    return make_executable_schema(SCHEMA_FILE.read_text(encoding="utf-8"), *BINDABLES)


@dataclass(frozen=True, kw_only=True)
class GraphQLEndpoint:
    """Answers documents. Safe to share between threads."""

    service: Service
    book: QueryBook = field(default_factory=QueryBook)
    schema: GraphQLSchema = field(default_factory=build_schema)

    def answer(self, body: bytes, caller: Token, *, release: str | None = None) -> Reply:
        """The answer of a request's body; errors of a document come with status 200, as the clients expect them."""
        try:
            data = _request(body)
            document = read_document(data["query"])
            self.book.drop_releases(self.service.pool.release_ids())
            with self.service.layer(caller, release) as layer:
                context = Context(layer=layer, book=self.book, caller=caller.digest)
                _, answer = graphql_sync(
                    self.schema,
                    data,
                    context_value=context,
                    query_document=document,
                    error_formatter=shown_error,
                    logger="embudo.graphql",
                )
                return _reply(answer, context)
        except Exception as error:
            return refusal(public(error))


def _reply(answer: Mapping[str, Any], context: Context) -> Reply:
    trusts = context.trusts or [context.layer.trust(())]
    extensions = {"embudo": {"trust": [dict(trust_dict(trust)) for trust in trusts]}}
    return json_reply({**answer, "extensions": extensions}, headers=trust_headers(trusts[0]))


def _request(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("The body is not JSON: expected an object with `query`.") from error
    if not isinstance(data, dict) or not isinstance(data.get("query"), str):
        raise Refusal(
            "The body is no GraphQL request: expected a JSON object with `query`, one per request."
        )
    variables = data.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise Refusal("`variables` must be an object.")
    name = data.get("operationName")
    if name is not None and not isinstance(name, str):
        raise Refusal("`operationName` must be a text.")
    return {"query": data["query"], "variables": variables, "operationName": name}
