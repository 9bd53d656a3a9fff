"""`embudo query`: options become a request. Answers are compared with figures in the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from orchestration.operations import layer_selection
from orchestration.operations.layer_selection import SelectedLayer
from semantic_layer.request import QueryRequest
from tests.unit.cli.conftest import CommandLine


@dataclass
class Explainer:
    """A layer that explains every request by its name, and keeps it."""

    requests: list[QueryRequest] = field(default_factory=list)

    def explain(self, request: QueryRequest) -> str:
        self.requests.append(request)
        return "select 1"


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Explainer]:
    explainer: Any = Explainer()
    monkeypatch.setattr(
        layer_selection,
        "select_layer",
        lambda wanted, **_: SelectedLayer(layer=explainer, unreleased=wanted[1:]),
    )
    yield explainer


def test_options_become_a_request(embudo: CommandLine, layer: Explainer) -> None:
    ended = embudo(
        "query", "revenue,orders", "--by", "rep__team", "--grain", "month", "--sql",
        "--where", "rep__team = 'Norte'", "--where", "orders > 1", "--order", "-revenue", "--limit", "3",
    )  # fmt: skip
    assert ended.stdout == "select 1\n"
    assert "orders is not in the current release" in ended.stderr
    assert layer.requests == [
        QueryRequest.from_text(
            "revenue,orders",
            by="rep__team",
            grain="month",
            where=("rep__team = 'Norte'", "orders > 1"),
            order="-revenue",
            limit=3,
        )
    ]


@pytest.mark.parametrize("other", [("revenue",), ("--by", "rep__team"), ("--grain", "month")])
def test_a_saved_query_has_its_own_metrics(embudo: CommandLine, other: tuple[str, ...]) -> None:
    refused = embudo("query", *other, "--saved", "rep_scorecard", expect=9).stderr
    assert "has its own metrics" in refused


def test_without_a_release(embudo: CommandLine, tmp_path: Path) -> None:
    refused = embudo("query", "revenue", "--home", str(tmp_path / "empty"), expect=8).stderr
    assert "embudo refresh" in refused


def test_a_limit_is_not_negative(embudo: CommandLine) -> None:
    assert "--limit" in embudo("query", "revenue", "--limit", "-1", expect=2).stderr
