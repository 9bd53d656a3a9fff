"""The verdict on a report: waivers, missing checks, and the text of a failed gate."""

from __future__ import annotations

import dataclasses

import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import GateReport
from orchestration.quality.outcomes import could_not_run
from orchestration.quality.verdict import (
    explain,
    missing_checks,
    raise_if_failed,
    used_waivers,
    waive,
)
from tests.unit.quality.factories import result
from tests.waivers import waiver_of


def test_a_failed_check_is_waived_by_name_and_one_that_could_not_run_is_not() -> None:
    raised = could_not_run(expected="-", reason="it raised").result(gate=3, name="r", subject="m")
    report = GateReport(
        run_id="run-1", checks=(result("a", passed=False), result("b", passed=False), raised)
    )
    waivers = {check.title: waiver_of(check, reason="promotion") for check in report.checks[::2]}
    waived = waive(report, waivers)
    assert [c.outcome for c in waived.checks] == ["warn", "fail", "fail"]
    assert waived.checks[0].waiver == "ana, 2026-07-01 04:00 UTC: promotion"
    assert "waived: ana, 2026-07-01 04:00 UTC: promotion" in explain(waived)


def test_a_waiver_for_something_else_lets_nothing_through_and_says_so() -> None:
    other = dataclasses.replace(result("a", passed=False), observed="9,000 rows")
    report = GateReport(run_id="run-1", checks=(result("a", passed=False),))
    waived = waive(report, {other.title: waiver_of(other)})
    assert [c.outcome for c in waived.checks] == ["fail"]
    assert "The waiver of ana is for what run run-0 found (9,000 rows)" in explain(waived)


def test_a_failed_gate_names_the_check_its_subject_and_keys() -> None:
    report = GateReport(run_id="run-1", checks=(result("a", passed=False), result("b")))
    assert missing_checks(report, ["a", "b", "c"]) == ("c",)
    with pytest.raises(GateFailed) as failure:
        raise_if_failed(report, ["c"])
    for words in ("2 check(s)", "did not run: c", "a on fct_orders", "crm:1", "untouched"):
        assert words in str(failure.value)
    raise_if_failed(GateReport(run_id="run-1", checks=(result("b"),)), ["b"])


def test_only_waivers_that_were_needed_are_used_up() -> None:
    report = GateReport(run_id="r", checks=(result("a", passed=False), result("b")))
    waivers = {check.title: waiver_of(check) for check in (*report.checks, result("c"))}
    assert used_waivers(waive(report, waivers), waivers) == ("a on fct_orders",)


def test_what_failed_comes_before_what_could_not_run_and_what_warned() -> None:
    checks = (
        result("warned", passed=False, severity="warn"),
        result("skipped", passed=False, ran=False),
        result("late", passed=False, gate=3),
        result("early", passed=False, gate=1),
        result("passed"),
    )
    report = GateReport(run_id="r", checks=checks)
    named = [line.split()[1] for line in explain(report).splitlines() if line[0] in "Fw"]
    assert named == ["early", "late", "skipped", "warned"]
    noted = dataclasses.replace(result("noted"), exception="until 2026-12-31: it is so")
    assert explain(GateReport(run_id="r", checks=(noted,))).splitlines() == [
        "excepted  noted on fct_orders: expected none, found 3 rows",
        "        excepted until 2026-12-31: it is so",
    ]
    assert explain(report, limit=1).endswith("… and 3 more: see gate.json of the candidate")
    assert explain(GateReport(run_id="r", checks=(result("a"),))) == "All 1 checks passed."
