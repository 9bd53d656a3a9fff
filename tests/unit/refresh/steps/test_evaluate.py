"""Metrics and saved queries written into the candidate, and reported by table."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from orchestration.publication import prepare_candidate
from orchestration.refresh.steps import evaluate as step
from orchestration.refresh.steps.evaluate import evaluate, write_saved_queries
from orchestration.settings import Home
from semantic_layer import exports
from tests.unit.refresh.factories import make_context

LAYER = SimpleNamespace(
    metrics=lambda: [SimpleNamespace(name="orders"), SimpleNamespace(name="revenue")]
)


@pytest.fixture(autouse=True)
def _layer(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def draft_layer(*_: object, **__: object) -> Iterator[Any]:
        yield LAYER

    monkeypatch.setattr(step, "draft_layer", draft_layer)


def test_computed_tables_carry_the_id_that_the_release_will_have(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments: dict[str, Any] = {}

    def write(
        layer: object, connection: duckdb.DuckDBPyConnection, **fields: Any
    ) -> dict[str, int]:
        connection.execute("create table written as select current_setting('TimeZone') as zone")
        arguments.update(fields)
        return {"metric_values": 1200, "scorecard": 30}

    monkeypatch.setattr(step, "write_computed_tables", write)
    context = make_context(home, run_id="run-7")
    candidate = prepare_candidate(home, "run-7", full=True)
    assert evaluate(context, candidate) == {"metric_values": 1200, "scorecard": 30}
    assert arguments["release_id"].endswith("-run7")
    assert arguments["newest_of_source"] == {}
    with duckdb.connect(str(candidate.marts), read_only=True) as connection:
        assert connection.execute("from written").fetchone() == ("UTC",)


def test_saved_queries_become_tables_of_the_candidate(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "saved_query_tables", lambda _: ("a", "b"))
    monkeypatch.setattr(
        exports,
        "write_exports",
        lambda layer, connection, tables: {f"scorecards.{t}": 2 for t in tables},
    )
    candidate = prepare_candidate(home, "run-1", full=True)
    assert write_saved_queries(make_context(home), candidate) == {
        "scorecards.a": 2,
        "scorecards.b": 2,
    }
