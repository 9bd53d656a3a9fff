"""Reports, receipts, waivers, results as tables, and what may be shown."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import CheckResult, GateReport, Load
from orchestration.publication import read_receipt
from orchestration.quality import (
    explain,
    missing_checks,
    raise_if_failed,
    read_gate,
    waive,
    write_gate,
    write_receipt,
    write_results,
)
from orchestration.quality.masking import is_shown, shown
from orchestration.quality.outcomes import could_not_run
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


def test_a_failed_check_is_waived_by_name_and_one_that_could_not_run_is_not() -> None:
    raised = could_not_run(expected="-", reason="it raised").result(gate=3, name="r", subject="m")
    report = GateReport(
        run_id="run-1", checks=(result("a", passed=False), result("b", passed=False), raised)
    )
    waived = waive(report, {"a on fct_orders": "ana: promotion", "r": "ana: no"})
    assert [c.outcome for c in waived.checks] == ["warn", "fail", "fail"]
    assert waived.checks[0].waiver == "ana: promotion"
    assert "waived: ana: promotion" in explain(waived)


def test_a_failed_gate_names_the_check_its_subject_and_keys() -> None:
    report = GateReport(run_id="run-1", checks=(result("a", passed=False), result("b")))
    assert missing_checks(report, ["a", "b", "c"]) == ("c",)
    with pytest.raises(GateFailed) as failure:
        raise_if_failed(report, ["c"])
    for words in ("2 check(s)", "did not run: c", "a on fct_orders", "crm:1", "untouched"):
        assert words in str(failure.value)
    raise_if_failed(GateReport(run_id="run-1", checks=(result("b"),)), ["b"])


def test_results_become_tables_of_the_release(tmp_path: Path) -> None:
    marts = tmp_path / "marts.duckdb"
    load = Load(
        load_id="l1", load_seq=1, source="crm", stream="orders", rows_read=3, rows_landed=2,
        landed_at=datetime(2026, 7, 1, 4, tzinfo=UTC), rows_quarantined=1, rows_skipped=0,
        files=("o.csv",), size_bytes=10,
    )  # fmt: skip
    report = GateReport(run_id="run-1", checks=(result("a", passed=False),) * 1200)
    write_results(marts, report, loads=[load])
    write_results(marts, dataclasses.replace(report, run_id="run-2"), loads=[load])
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            "select run_id, count(*), any_value(sample_keys) from quality.checks group by 1"
        ).fetchall()
        loads = connection.execute("select stream, landed_at, rows_quarantined from quality.loads")
        assert loads.fetchall() == [("orders", datetime(2026, 7, 1, 4), 1)]
    assert rows == [("run-2", 1200, ["crm:1"])]


@pytest.mark.parametrize(
    ("column", "may"),
    [
        ("order_key", True), ("deal_id", True), ("line_no", True), ("closed_on", True),
        ("email", False), ("recipient_email", False), ("phone_key", False), ("full_name", False),
        ("prospect_handle", False), ("from_number", False), ("amount", False), ("name_id", False),
        ("email_key", False),
    ],
)  # fmt: skip
def test_which_columns_may_be_shown(column: str, may: bool) -> None:
    assert is_shown(column) is may


def test_contact_data_inside_a_key_is_masked() -> None:
    values = ["crm:ana@example.com", "crm:+34 600 111 222|1", "crm:1234567890", "ig:@ana"]
    assert shown(values) == ("crm:***", "crm:***|1", "crm:1234567890", "ig:***")
