"""One figure per metric and month, wherever it is read: query, stored values, scorecard, exports, diff.

Each metric is queried alone; what is stored was evaluated with others, in batches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from scorecards.cadence import COMPANY, grains_of, times_of
from semantic_layer.evaluation import evaluate, monthly_values
from semantic_layer.exports import exports_of
from semantic_layer.layer import SEMANTIC_MANIFEST_FILE, SemanticLayer
from semantic_layer.records import METRIC_TIME, Grain
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo

pytestmark = pytest.mark.slow

Figures = dict[tuple[str, date], float]


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    """The metrics of the shared company's release."""
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def queried(layer: SemanticLayer, name: str, grain: Grain) -> Figures:
    """One metric by period up to the data-as-of day, as `embudo query` answers it."""
    rows = layer.query(QueryRequest(metrics=(name,), grain=grain)).table.to_pylist()
    assert layer.until is not None
    return {
        (name, row[f"{METRIC_TIME}__{grain}"]): float(row[name])
        for row in rows
        if row[name] is not None and row[f"{METRIC_TIME}__{grain}"] is not None
        if row[f"{METRIC_TIME}__{grain}"] <= layer.until and math.isfinite(float(row[name]))
    }


@pytest.fixture(scope="module")
def by_month(layer: SemanticLayer) -> Figures:
    """Every metric of the catalogue that can be queried by month."""
    figures: Figures = {}
    for metric in layer.metrics():
        if "month" in times_of(layer.dimensions([metric.name]), METRIC_TIME):
            figures |= queried(layer, metric.name, "month")
    return figures


def figures_of(rows: list[dict[str, Any]]) -> Figures:
    return {
        (row["metric"], row["period_start"]): row["value"]
        for row in rows
        if row["value"] is not None and math.isfinite(row["value"])
    }


def different(ours: Figures, theirs: Figures, *, relative: float = 1e-9) -> dict[Any, Any]:
    """Figures that only one side has, or that differ."""
    return {
        key: (ours.get(key), theirs.get(key))
        for key in {*ours, *theirs}
        if key not in ours
        or key not in theirs
        or not math.isclose(ours[key], theirs[key], rel_tol=relative, abs_tol=1e-9)
    }


def test_stored_values_are_those_of_the_queries(layer: SemanticLayer, by_month: Figures) -> None:
    """The gate reads these; a conversion metric was missing, as nothing splits it for the company."""
    stored = layer.rows("select metric, period_start, value from performance.metric_values")
    conversions = {metric.name for metric in layer.metrics() if metric.is_conversion}
    assert conversions <= {row["metric"] for row in stored}
    assert different(by_month, figures_of(stored)) == {}


def test_diff_sees_the_same_figures(layer: SemanticLayer, by_month: Figures) -> None:
    """A release's stored values, and those that a working tree's definitions are evaluated to."""
    names = [metric.name for metric in layer.metrics()]
    for evaluation in (
        monthly_values(layer, names),
        evaluate(layer, names, "month", until=layer.until),
    ):
        assert evaluation.failures == {}
        assert different(by_month, figures_of(evaluation.table.to_pylist())) == {}


def test_the_company_of_the_scorecard_has_the_same_figures(
    layer: SemanticLayer, by_month: Figures
) -> None:
    """Every metric has a row for the company in the finest grain of its cadence, and by month where that is one.

    Counts and sums are zero in periods without rows; nothing else is added.
    """
    rows = layer.rows(
        f"select metric, grain, period_start, value from performance.scorecard where scope = '{COMPANY}'"
    )
    wrong: dict[Any, Any] = {}
    for metric in layer.metrics():
        times = times_of(layer.dimensions([metric.name]), METRIC_TIME)
        grains = grains_of(metric, times)
        grain: Grain = "month" if "month" in grains else next(g for g in grains if g != "day")
        months = {key: value for key, value in by_month.items() if key[0] == metric.name}
        expected = months if grain == "month" else queried(layer, metric.name, grain)
        shown = [row for row in rows if row["metric"] == metric.name and row["grain"] == grain]
        first = min((row["period_start"] for row in shown), default=None)
        expected = {key: value for key, value in expected.items() if first and key[1] >= first}
        assert bool(months) == bool(shown), metric.name
        shown_figures = figures_of(shown)
        added = {key: value for key, value in shown_figures.items() if key not in expected}
        assert set(added.values()) <= {0.0}, metric.name
        kept = {key: value for key, value in shown_figures.items() if key in expected}
        wrong |= different(expected, kept)
    assert wrong == {}


def test_exports_have_the_same_figures(layer: SemanticLayer, company: Embudo) -> None:
    """Saved queries of any grain, column by column; each metric is queried alone by the dimensions of the table."""
    manifest = (company.home / "current").resolve() / SEMANTIC_MANIFEST_FILE
    compared = set()
    for table in exports_of(manifest, taken=()):
        request = table.query.request
        assert not request.where and request.limit is None, table.name
        keys = request.group_by
        stored = layer.rows(f"select * from {table.name}")
        for name in request.metrics:
            alone = layer.query(QueryRequest(metrics=(name,), group_by=keys)).table.to_pylist()
            sides = [
                {
                    tuple(str(row[key]) for key in keys): float(row[name])
                    for row in rows
                    if row[name] is not None
                }
                for rows in (stored, alone)
            ]
            wrong = {
                key: (sides[0].get(key), sides[1].get(key))
                for key in {*sides[0], *sides[1]}
                if not math.isclose(
                    sides[0].get(key, math.nan), sides[1].get(key, math.nan), rel_tol=1e-9
                )
            }
            assert wrong == {}, f"{table.name}.{name}"
        compared.add(table.table)
    scorecards = {
        f"{role}_scorecard{grain}"
        for role in ("rep", "manager", "director", "call_center", "marketing")
        for grain in ("", "_by_week", "_by_day")
    }
    assert compared == scorecards
