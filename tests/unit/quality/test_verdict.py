"""The verdict on a report: waivers, missing checks, and the text of a failed gate."""

from __future__ import annotations

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


def test_only_waivers_that_were_needed_are_used_up() -> None:
    report = GateReport(run_id="r", checks=(result("a", passed=False), result("b")))
    waivers = {"a": "ana: promotion", "b on fct_orders": "ana: in case", "c": "ana: old"}
    assert used_waivers(waive(report, waivers), waivers) == ("a",)


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
    assert explain(report, limit=1).endswith("… and 3 more: see gate.json of the candidate")
    assert explain(GateReport(run_id="r", checks=(result("a"),))) == "All 1 checks passed."
