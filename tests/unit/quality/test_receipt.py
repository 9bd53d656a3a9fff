"""The receipt and the report: written by the gate, read by publication, none without a passed gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import CheckResult, GateReport
from orchestration.publication import read_receipt
from orchestration.quality import (
    read_gate,
    write_gate,
    write_receipt,
)
from tests.unit.quality.factories import result

FILES = {"warehouse.duckdb": "0" * 64, "marts.duckdb": "1" * 64}


def test_a_receipt_is_read_back_by_publication_as_it_was_written(tmp_path: Path) -> None:
    report = GateReport(
        run_id="run-1", checks=(result("a"), result("b", passed=False, severity="warn"))
    )
    receipt = write_receipt(tmp_path, report, ["a", "b"], FILES)
    assert read_receipt(tmp_path / "receipt.json") == receipt
    assert receipt.verdict == "warn"
    assert [c.name for c in receipt.checks] == ["a", "b"]


@pytest.mark.parametrize(
    ("checks", "required", "words"),
    [
        ((result("a", passed=False),), ["a"], "FAILED  a on fct_orders"),
        ((result("a"),), ["a", "b"], "did not run: b"),
        ((result("a", passed=False, severity="warn", warn_limit=2),), ["a"], "a on fct_orders"),
        ((result("a"),), [], "expected checks that are required"),
    ],
)
def test_no_receipt_is_written(
    tmp_path: Path, checks: tuple[CheckResult, ...], required: list[str], words: str
) -> None:
    (tmp_path / "receipt.json").write_text("of an earlier try")
    with pytest.raises(GateFailed, match=words):
        write_receipt(tmp_path, GateReport(run_id="run-1", checks=checks), required, FILES)
    assert not (tmp_path / "receipt.json").exists()


def test_a_report_is_read_back_and_a_broken_one_is_none(tmp_path: Path) -> None:
    report = GateReport(run_id="run-1", checks=(result("a", passed=False),), details={"x": "y"})
    write_gate(tmp_path, report)
    assert read_gate(tmp_path) == report
    (tmp_path / "gate.json").write_text("{")
    assert read_gate(tmp_path) is None
