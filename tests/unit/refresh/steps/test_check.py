"""Gate 3: what it is given, and that its report lies in the candidate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from orchestration import quality
from orchestration.core.records import GateReport, RemovedStream
from orchestration.publication import prepare_candidate
from orchestration.quality import MetricValue
from orchestration.refresh.baseline import Baseline
from orchestration.refresh.staleness import Staleness
from orchestration.refresh.steps import check as step
from orchestration.refresh.steps.build import Build
from orchestration.refresh.steps.check import check
from orchestration.refresh.steps.prepare import PreparedCandidate
from orchestration.settings import Home
from tests.unit.refresh.factories import make_check, make_context
from tests.waivers import waiver_of

GONE = RemovedStream("pbx", "calls", ("l1",), files=1, rows=9)


@pytest.mark.parametrize(
    ("removed", "gone"),
    [
        ((), frozenset()),
        ((replace(GONE, known_as=("tel",), known_files=1),), frozenset()),
        ((GONE,), frozenset({("pbx", "calls")})),
    ],
    ids=["nothing left", "a source was renamed", "a source left"],
)
def test_the_months_before_the_data_as_of_day_are_compared_with_the_baseline(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    removed: tuple[RemovedStream, ...],
    gone: frozenset[tuple[str, str]],
) -> None:
    """The gate is told which rows of the release left on purpose, and compares the others."""
    candidate = prepare_candidate(home, "run-1", full=True)
    previous = home.releases / "r0"
    values = {
        candidate.marts: [MetricValue("orders", date(2026, 6, 1), 3)],
        previous / "marts.duckdb": [MetricValue("orders", date(2026, 6, 1), 2)],
    }
    inputs: list[Any] = []

    def run_gate(gate: Any) -> GateReport:
        inputs.append(gate)
        return GateReport(run_id=gate.run_id, checks=(make_check("marts.orders", "warn"),))

    monkeypatch.setattr(quality, "run_gate", run_gate)
    monkeypatch.setattr(step, "monthly_values", values.__getitem__)
    monkeypatch.setattr(step, "metric_meta", lambda _: ())
    as_of = (datetime(2026, 6, 30, 21), date(2026, 6, 30))
    monkeypatch.setattr(step, "as_of_of", lambda _: as_of)
    baseline = Baseline(directory=previous, rows={"customer.fct_orders": 2})
    orders = make_check("marts.orders", "fail")
    waivers = {orders.title: waiver_of(orders)}
    report = check(
        make_context(home, waivers=waivers),
        load_checks=[make_check("loads.volume")],
        prepared=PreparedCandidate(candidate, baseline, Staleness(removed=removed)),
        built=Build(nodes=(), rows={}, unit_tests=False),
    )
    assert quality.read_gate(candidate.directory) == report
    (gate,) = inputs
    assert gate.complete_before == date(2026, 6, 1)
    assert gate.values == values[candidate.marts]
    assert gate.previous_values == values[previous / "marts.duckdb"]
    assert gate.previous_rows == {"customer.fct_orders": 2}
    assert gate.previous == previous
    assert gate.changes.removed == gone
    assert gate.waivers == waivers
    assert [result.name for result in gate.loads] == ["loads.volume"]
