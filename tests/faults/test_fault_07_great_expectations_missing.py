"""Fault 7: Great Expectations missing or broken fails closed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import GateReport
from orchestration.quality import explain, raise_if_failed, suites
from orchestration.quality.expectations import Expectation, MartExpectations, read_expectations
from orchestration.quality.suites import check_marts
from tests.unit.quality.company import make_company

WANTED = ("customer.fct_order_lines", "funnel.fct_deals")


@pytest.fixture
def marts() -> list[MartExpectations]:
    return [mart for mart in read_expectations() if mart.table in WANTED]


def _all_failed(marts: list[MartExpectations], tmp_path: Path) -> str:
    """Every declared expectation is in the report, as one that could not run."""
    checks = check_marts(marts, databases=make_company(tmp_path))
    assert [c.name for c in checks] == [e.name for mart in marts for e in mart.expectations]
    assert {c.outcome for c in checks} == {"fail"}
    assert not any(c.ran for c in checks)
    report = GateReport(run_id="run-1", checks=checks)
    with pytest.raises(GateFailed):
        raise_if_failed(report)
    return explain(report)


def test_missing(
    marts: list[MartExpectations], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "great_expectations"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    assert "could not run: ModuleNotFoundError" in _all_failed(marts, tmp_path)


def test_its_dialect_missing(
    marts: list[MartExpectations], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "orchestration.quality.duckdb_dialect", None)
    assert "could not run" in _all_failed(marts, tmp_path)


def test_it_raises(
    marts: list[MartExpectations], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(suites, "_run_suite", broken)
    assert "list index out of range" in _all_failed(marts, tmp_path)


def test_it_leaves_an_expectation_out(
    marts: list[MartExpectations], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_out = marts[0].expectations[1]

    def forgetful(*_: object, **__: object) -> dict[str, tuple[bool | None, str]]:
        return {e.name: (True, "") for m in marts for e in m.expectations if e is not left_out}

    monkeypatch.setattr(suites, "_run_suite", forgetful)
    checks = check_marts(marts, databases=make_company(tmp_path))
    failed = [c for c in checks if c.outcome == "fail"]
    assert [(c.name, c.ran) for c in failed] == [(left_out.name, False)]
    assert "gave no result" in failed[0].observed


def test_an_expectation_it_does_not_know(tmp_path: Path) -> None:
    unknown = Expectation(
        name="marts.funnel.fct_deals.odd",
        table="funnel.fct_deals",
        kind="between",
        columns=("no_such_column",),
        breaks="false",
        expected="something odd",
        minimum=0,
    )
    mart = MartExpectations(table="funnel.fct_deals", key="deal_key", expectations=(unknown,))
    (check,) = check_marts([mart], databases=make_company(tmp_path))
    assert check.outcome == "fail"
    assert not check.ran


def test_preloading_a_missing_library_waits_for_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "great_expectations"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    suites.preload()
