"""What all protocols share: callers, sizes, saved queries, values of dimensions."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from serving.errors import Unauthorized
from serving.server import Server
from serving.service import check_size, dimension_values, saved_request
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
    with server.service.layer() as layer:
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
