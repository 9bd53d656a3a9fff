"""Findings as results of the gate."""

from __future__ import annotations

import pytest

from orchestration.core.records import CheckResult, Outcome, Severity
from orchestration.quality.masking import SAMPLES
from orchestration.quality.outcomes import Finding, could_not_run


def result(finding: Finding) -> CheckResult:
    return finding.result(gate=3, name="rows", subject="fct_orders", remedy="Look.")


@pytest.mark.parametrize(
    ("passed", "severity", "failures", "warn_limit", "outcome"),
    [
        (True, "error", 9, None, "pass"),
        (False, "error", 1, None, "fail"),
        (False, "warn", 900, None, "warn"),
        (False, "warn", 5, 5, "warn"),
        (False, "warn", 6, 5, "fail"),
    ],
)
def test_outcomes(
    passed: bool, severity: Severity, failures: int, warn_limit: int | None, outcome: Outcome
) -> None:
    finding = Finding(passed, "x", "y", severity=severity, failures=failures, warn_limit=warn_limit)
    assert result(finding).outcome == outcome


def test_what_passed_has_no_failures_keys_or_advice() -> None:
    passed = result(Finding(True, "x", "y", failures=3, keys=("a",), remedy="Repair."))
    assert (passed.failures, passed.failed_keys, passed.sample_keys, passed.remedy) == (
        0,
        (),
        (),
        "",
    )


def test_a_finding_may_name_itself_and_shows_a_few_of_its_keys() -> None:
    keys = tuple(f"crm:{n}" for n in range(20))
    failed = result(Finding(False, "x", "y", name="rows.own", subject="other", keys=keys))
    assert (failed.name, failed.subject, failed.remedy) == ("rows.own", "other", "Look.")
    assert failed.failed_keys == keys
    assert failed.sample_keys == keys[:SAMPLES]


def test_what_could_not_run_has_failed_and_shows_one_line_without_contacts() -> None:
    finding = could_not_run(expected="rows", reason="\nno column ana@example.com\nLINE 1\n")
    assert finding.observed == "could not run: no column ***"
    assert result(finding).outcome == "fail" and not result(finding).ran
    assert could_not_run(expected="", reason=" ").observed == "could not run: no reason given"
