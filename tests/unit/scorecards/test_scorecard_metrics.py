"""Values of the scorecard: by which grain each metric is evaluated, for the company and each scope."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from scorecards import scorecard_metrics
from scorecards.cadence import SCOPES
from scorecards.scorecard_metrics import evaluated_values, plan_ahead
from semantic_layer.layer import SemanticLayer
from tests.unit.scorecards.conftest import RATE, REVENUE, Marts, metric

WEEKLY = metric("calls", unit="count", cadence="weekly")
AS_OF = date(2026, 6, 20)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was evaluated: metrics, grain, dimensions, first day."""
    noted: list[tuple[Any, ...]] = []

    def evaluate(
        _: object,
        names: list[str],
        grain: str,
        *,
        by: tuple[str, ...] = (),
        since: date | None,
        until: date,
    ) -> SimpleNamespace:
        assert until == AS_OF
        noted.append((tuple(names), grain, by, since))
        columns: dict[str, list[Any]] = {
            "metric": [" ".join(names)], "grain": [grain], "period_start": [AS_OF], "value": [1.0],
        }  # fmt: skip
        if by:
            columns |= {"dimension": [next(iter(SCOPES))], "key": ["x"]}
        return SimpleNamespace(checked=lambda: pa.table(columns))

    def plan(_: object, names: list[str], grain: str, *, by: tuple[str, ...] = ()) -> None:
        noted.append((tuple(names), grain, by, None))

    monkeypatch.setattr(scorecard_metrics.evaluation, "evaluate", evaluate)
    monkeypatch.setattr(scorecard_metrics.evaluation, "plan_ahead", plan)
    monkeypatch.setattr(
        scorecard_metrics, "times_of", lambda *_: ("day", "week", "month", "quarter", "year")
    )
    return noted


def layer() -> SemanticLayer:
    metrics = [REVENUE, RATE, WEEKLY]
    return cast(SemanticLayer, SimpleNamespace(metrics=lambda: metrics, dimensions=lambda _: ()))


def test_the_companys_months_are_read_and_not_evaluated_again(
    marts: Marts, calls: list[tuple[Any, ...]]
) -> None:
    marts.connection.execute(
        "create table performance.metric_values as select 'revenue' as metric, 'month' as grain, "
        "date '2026-05-01' as period_start, 100.0::double as value"
    )
    parts = list(evaluated_values(layer(), marts.connection, AS_OF))
    assert all(
        {"scope", "scope_key", "metric", "value"} <= set(part.column_names) for part in parts
    )
    months = [call for call in calls if call[1] == "month"]
    assert [call[2] for call in months] == [tuple(SCOPES)], "only by scope"
    stored = [row for part in parts for row in part.to_pylist() if row["value"] == 100.0]
    assert [(row["scope"], row["scope_key"]) for row in stored] == [("company", "company")]
    scoped = [row for part in parts for row in part.to_pylist() if row["scope_key"] == "x"]
    assert {row["scope"] for row in scoped} == {next(iter(SCOPES.values()))}


def test_a_target_adds_its_grain(marts: Marts, calls: list[tuple[Any, ...]]) -> None:
    marts.connection.execute(
        "create table performance.metric_values (metric varchar, grain varchar, period_start date, value double)"
    )
    list(evaluated_values(layer(), marts.connection, AS_OF))
    without = {(name, call[1]) for call in calls for name in call[0]}
    calls.clear()
    marts.target("revenue", "company", "company", AS_OF, 5.0, grain="day")
    list(evaluated_values(layer(), marts.connection, AS_OF))
    with_target = {(name, call[1]) for call in calls for name in call[0]}
    assert with_target - without == {("revenue", "day")}


def test_planning_covers_what_is_evaluated(calls: list[tuple[Any, ...]]) -> None:
    plan_ahead(layer())
    planned = {(name, call[1], call[2]) for call in calls for name in call[0]}
    assert ("revenue", "month", ()) in planned
    assert ("revenue", "month", tuple(SCOPES)) in planned
    assert ("calls", "week", tuple(SCOPES)) in planned
