"""File and line of the landed rows behind the sample keys of a failed check."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality.row_origins import with_origins
from orchestration.quality.subjects import GateInput
from orchestration.quality.verdict import explain
from tests.unit.quality.company import make_company


@pytest.fixture
def candidate(tmp_path: Path) -> GateInput:
    make_company(
        tmp_path,
        landing="update landing.calls set _file = 'calls.csv', _line = call_id::int + 1; "
        "insert into landing.calls by name select * replace (2 as _load_seq, 'new.csv' as _file) "
        "from landing.calls where call_id = '7';",
    )
    return GateInput(
        run_id="r", directory=tmp_path, artifacts=tmp_path, manifest={"nodes": {}, "unit_tests": {}}
    )


def check(subject: str, *keys: str, outcome: str = "fail") -> CheckResult:
    return CheckResult(
        gate=2, name="dbt.t", subject=subject, outcome=outcome, severity="error",  # type: ignore[arg-type]
        observed="2 row(s)", expected="none", failures=len(keys), sample_keys=keys, failed_keys=keys,
    )  # fmt: skip


@pytest.mark.parametrize("subject", ["fct_calls", "stg_files__calls", "int_calls__newest"])
def test_the_newest_landed_row_of_each_key(candidate: GateInput, subject: str) -> None:
    (result,) = with_origins([check(subject, "crm:3", "crm:7", "crm:none")], candidate)
    assert result.sample_rows == ("crm:3 (calls.csv line 4)", "crm:7 (new.csv line 8)")
    text = explain(GateReport(run_id="r", checks=(result,)))
    assert "landed from crm:3 (calls.csv line 4), crm:7 (new.csv line 8)" in text


def test_a_key_of_several_columns(candidate: GateInput) -> None:
    (result,) = with_origins([check("fct_order_lines", "crm:10|2")], candidate)
    assert result.sample_rows == ("crm:10|2 (f.csv line 1)",)


def test_nothing_for_what_passed_or_has_no_stream(candidate: GateInput) -> None:
    checks = [
        check("fct_calls", "crm:3", outcome="pass"),
        check("fct_calls"),
        check("dim_dates", "2026-01-01"),
        check("int_nothing__here", "crm:3"),
    ]
    assert [result.sample_rows for result in with_origins(checks, candidate)] == [(), (), (), ()]
