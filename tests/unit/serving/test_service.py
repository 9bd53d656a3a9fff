"""What all protocols share: callers, sizes, saved queries, values of dimensions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from semantic_layer.row_scope import RowScope
from serving.errors import Unauthorized
from serving.server import Server
from serving.service import check_size, dimension_values, row_scope, saved_request
from serving.tokens import Role, Token, TokenStore
from tests.unit.serving.conftest import Client


def test_callers_have_a_token(server: Server, client: Client) -> None:
    assert server.service.caller(f"Bearer {client.token}").name == "tests"
    for header in ("", client.token, f"Basic {client.token}", "Bearer embudo_x"):
        with pytest.raises(Unauthorized, match=r"^User is not authorized$"):
            server.service.caller(header)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            QueryRequest(metrics=tuple(f"m{n}" for n in range(51))),
            "51 metrics: expected at most 50",
        ),
        (QueryRequest(group_by=tuple(f"d{n}" for n in range(17))), "17 dimensions"),
        (QueryRequest(metrics=("m",), where=tuple(f"a = {n}" for n in range(51))), "51 filters"),
    ],
)
def test_requests_that_ask_for_too_much(request_: QueryRequest, message: str) -> None:
    with pytest.raises(QueryInvalid, match=message):
        check_size(request_)


@pytest.fixture
def layer(server: Server) -> SemanticLayer:
    with server.service.pool.lease() as layer:
        return layer


def test_saved_queries_are_narrowed(layer: SemanticLayer) -> None:
    request = saved_request(
        layer, "rep_scorecard", where=("rep__team = 'Alfa'",), order=("-revenue",), limit=3
    )
    assert request.metrics == ("revenue", "win_rate")
    assert request.where[1:] == ("rep__team = 'Alfa'",)
    assert (request.order, request.limit) == (("-revenue",), 3)
    with pytest.raises(QueryInvalid, match="no saved query `x`"):
        saved_request(layer, "x")
    with pytest.raises(QueryInvalid, match="51 filters"):
        saved_request(layer, "rep_scorecard", where=("1 = 1",) * 51)


def test_values_of_a_dimension(layer: SemanticLayer) -> None:
    everybody = dimension_values(layer, "rep__region")
    assert everybody.table.to_pylist() == [{"rep__region": "Norte"}, {"rep__region": "Sur"}]
    won = dimension_values(layer, "rep__name", metrics=("opportunities_won",), limit=1)
    assert won.table.to_pylist() == [{"rep__name": "Ana"}]
    assert [column.name for column in won.columns] == ["rep__name"]


def test_rows_by_role() -> None:
    def scope(role: Role, value: str = "") -> RowScope | None:
        at = datetime(2026, 5, 1, tzinfo=UTC)
        return row_scope(Token(name="a", role=role, digest="", created_at=at, scope=value))

    assert scope("rep", "u1") == RowScope(role="rep", dimension="rep__key", value="u1")
    assert scope("manager", "Norte") == RowScope(
        role="manager", dimension="rep__team", value="Norte"
    )
    assert [scope(role) for role in ("service", "director", "link")] == [None] * 3


def test_a_layer_is_its_callers(server: Server, tokens: TokenStore) -> None:
    manager = tokens.find(tokens.create("of-alfa", "manager", scope="Alfa"))
    assert manager is not None
    with server.service.layer(manager) as layer:
        result = layer.query(QueryRequest(metrics=("revenue",)))
    assert result.table.to_pylist() == [{"revenue": Decimal("360.15")}]
