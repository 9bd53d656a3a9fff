"""What records derive from their fields: verdicts, titles, whether a waiver is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from orchestration.core.records import CheckResult, GateReport, Outcome, Waiver

WAIVER = Waiver("loads.volume", "a holiday", "ana", datetime(2026, 7, 1, 9, 5))


def result(outcome: Outcome) -> CheckResult:
    return CheckResult(
        gate=1, name="loads.volume", subject="crm.deals", outcome=outcome, severity="error",
        observed="3 rows", expected="about 100",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((), "pass"),
        (("pass", "pass"), "pass"),
        (("pass", "warn"), "warn"),
        (("warn", "fail", "pass"), "fail"),
    ],
)
def test_the_verdict_is_that_of_the_worst_check(
    outcomes: tuple[Outcome, ...], verdict: Outcome
) -> None:
    report = GateReport(run_id="r", checks=tuple(map(result, outcomes)))
    assert report.verdict == verdict
    assert len(report.failed) == outcomes.count("fail")


def test_a_check_is_named_with_its_subject() -> None:
    assert result("pass").title == "loads.volume on crm.deals"


def test_a_waiver_is_open_until_it_is_used_or_withdrawn() -> None:
    assert WAIVER.is_open
    assert not replace(WAIVER, used_by="run-1").is_open
    assert not replace(WAIVER, withdrawn=True).is_open
    assert WAIVER.text == "ana, 2026-07-01 09:05 UTC: a holiday"
