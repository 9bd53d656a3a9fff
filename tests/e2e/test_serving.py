"""`embudo serve` as a process, over REST: its figures are those of `embudo query`."""

from __future__ import annotations

import csv
import io
import json
import math
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo
from tests.e2e.served import Served, serving

pytestmark = pytest.mark.slow

EVERY_NTH = 9
"""Of the catalogue's metrics, in alphabetical order."""


@pytest.fixture(scope="module")
def served(company: Embudo) -> Iterator[Served]:
    with serving(company, "rest") as served:
        yield served


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def test_figures_are_those_of_the_command_line(
    company: Embudo, served: Served, layer: SemanticLayer
) -> None:
    """I7: every ninth metric by month through the layer; a few by the command itself."""
    names = [metric.name for metric in layer.metrics()][::EVERY_NTH]
    compared = 0
    for name in names:
        time = next((d for d in layer.dimensions([name]) if d.name == "metric_time"), None)
        if time is None or "month" not in time.grains:
            continue
        compared += 1
        rows = served.get("/api/v1/query", metrics=name, grain="month").json()["rows"]
        if compared % 8 == 1:
            assert rows == company.query(name, "--grain", "month")
        expected = layer.rows(layer.explain(_by_month(name)))
        assert len(rows) == len(expected), name
        for ours, theirs in zip(rows, expected, strict=True):
            assert _same(ours[name], theirs[name]), (name, ours, theirs)
    assert compared > 10


def test_formats_filters_and_saved_queries_agree(company: Embudo, served: Served) -> None:
    by_command = company.query(
        "revenue,win_rate", "--by", "rep__team", "--where", "metric_time >= '2025-06'"
    )
    parameters = {
        "metrics": "revenue,win_rate",
        "group_by": "rep__team",
        "where": "metric_time >= '2025-06'",
    }
    assert served.get("/api/v1/query", **parameters).json()["rows"] == by_command
    text = served.get("/api/v1/query", **parameters, format="csv").text
    assert [row["rep__team"] or None for row in csv.DictReader(io.StringIO(text))] == [
        row["rep__team"] for row in by_command
    ]
    saved = json.loads(
        company("query", "--saved", "manager_scorecard", "--limit", "20", "--format", "json").stdout
    )
    answer = served.get("/api/v1/query", saved_query="manager_scorecard", limit="20").json()
    assert answer["rows"] == saved["rows"]
    assert answer["trust"] == saved["trust"]


def test_trust_is_that_of_the_release(company: Embudo, served: Served) -> None:
    release = json.loads((company.home / "current" / "release.json").read_text())
    headers = served.get("/api/v1/query", metrics="win_rate").headers
    assert headers["embudo-release"] == release["release_id"]
    assert headers["embudo-verdict"] == release["verdict"]
    assert "deals=" in headers["embudo-streams"]


def test_a_revoked_token_is_refused_at_once(company: Embudo, served: Served) -> None:
    secret = company("token", "create", "leaving").stdout.strip()
    mine = served.as_caller(secret)
    assert mine.get("/api/v1/metrics").status_code == 200
    company("token", "revoke", "leaving")
    assert mine.get("/api/v1/metrics").status_code == 401


def test_it_stops_when_it_is_told_to(company: Embudo) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with serving(company, f"stop-{number}") as served:
            assert served.get("/healthz").status_code == 200
            served.process.send_signal(number)
            assert served.process.wait(timeout=20) == 0


def _by_month(name: str) -> QueryRequest:
    return QueryRequest(metrics=(name,), grain="month")


def _same(ours: Any, theirs: Any) -> bool:
    if ours is None or theirs is None:
        return ours is None and (theirs is None or not math.isfinite(theirs))
    return math.isclose(float(ours), float(theirs), rel_tol=1e-12, abs_tol=1e-12)
