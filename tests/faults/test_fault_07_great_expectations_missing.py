"""Fault 7: Great Expectations missing or broken fails closed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import GateReport
from orchestration.quality import GateInput, explain, gx_validation, raise_if_failed
from orchestration.quality.gx_validation import Validated
from tests.unit.quality.company import make_company
from tests.unit.quality.factories import declare_suite, gate_input, results

CHECK = "marts.<mart>.<expectation>"

WANTED = ("customer.fct_order_lines", "funnel.fct_deals")


@pytest.fixture
def candidate(tmp_path: Path) -> GateInput:
    make_company(tmp_path)
    return gate_input(tmp_path, suites=WANTED)


def _all_failed(candidate: GateInput) -> str:
    """Every declared expectation is in the report, as one that could not run."""
    checks = results(CHECK, candidate)
    suites = candidate.definitions.suites
    assert {suite.table for suite in suites} == set(WANTED)
    assert [c.name for c in checks] == [e.name for suite in suites for e in suite.expectations]
    assert {c.outcome for c in checks} == {"fail"}
    assert not any(c.ran for c in checks)
    report = GateReport(run_id="run-1", checks=checks)
    with pytest.raises(GateFailed):
        raise_if_failed(report)
    return explain(report)


def test_missing(candidate: GateInput, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "great_expectations"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    assert "could not run: ModuleNotFoundError" in _all_failed(candidate)


def test_its_dialect_missing(candidate: GateInput, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orchestration.quality.duckdb_dialect", None)
    assert "could not run" in _all_failed(candidate)


def test_it_raises(candidate: GateInput, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(gx_validation, "_run", broken)
    assert "list index out of range" in _all_failed(candidate)


def test_it_leaves_an_expectation_out(
    candidate: GateInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    suites = candidate.definitions.suites
    left_out = suites[0].expectations[1]

    def forgetful(*_: object, **__: object) -> dict[str, Validated]:
        return {
            e.name: Validated(True, "", 0.0)
            for suite in suites
            for e in suite.expectations
            if e is not left_out
        }

    monkeypatch.setattr(gx_validation, "_run", forgetful)
    checks = results(CHECK, candidate)
    failed = [c for c in checks if c.outcome == "fail"]
    assert [(c.name, c.ran) for c in failed] == [(left_out.name, False)]
    assert "gave no result" in failed[0].observed


def test_an_expectation_of_a_column_that_is_not_there(tmp_path: Path) -> None:
    make_company(tmp_path)
    candidate = gate_input(tmp_path)
    suite = "key: deal_key\nexpect: {not_negative: [no_such_column]}"
    declare_suite(candidate, "funnel.fct_deals", suite)
    (rows, check) = results(CHECK, candidate)
    assert rows.outcome == "pass"
    assert check.outcome == "fail"
    assert not check.ran


def test_preloading_a_missing_library_waits_for_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "great_expectations"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    gx_validation.preload()
