"""Gate 3: exceptions that have ended, mean nothing, or are needed no more are named; those in force are not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality.exception_usage import keep_usage
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.settings import ExceptionSpec
from tests.unit.quality.factories import gate_input, results

TODAY = date(2026, 7, 1)


def spec(check: str, *, until: date = date(2026, 12, 31)) -> ExceptionSpec:
    return ExceptionSpec(check=check, reason="we rest", until=until)


def examined(folder: Path, *specs: ExceptionSpec, unused_since: date = TODAY) -> CheckResult:
    previous = folder / "previous"
    previous.mkdir()
    nothing = GateReport(run_id="r", checks=())
    keep_usage(previous, nothing, StandingExceptions(specs, unused_since), None)
    candidate = gate_input(folder, exceptions=StandingExceptions(specs, TODAY), previous=previous)
    (check,) = results("exceptions.standing", candidate)
    return check


def test_those_in_force_are_counted(tmp_path: Path) -> None:
    check = examined(tmp_path, spec("gaps.calls"), spec("agree.*"), spec("history.<measure>"))
    assert (check.outcome, check.observed) == ("pass", "3 in force")


@pytest.mark.parametrize(
    ("exception", "found"),
    [
        (spec("gaps.calls", until=date(2026, 6, 30)), "gaps.calls: ended on 2026-06-30 (we rest)"),
        (spec("metric.gone"), "metric.gone: there is no such check in the project"),
    ],
)
def test_one_that_has_ended_or_means_nothing_is_named(
    exception: ExceptionSpec, found: str, tmp_path: Path
) -> None:
    check = examined(tmp_path, spec("gaps.deals"), exception)
    assert (check.outcome, check.observed, check.failures) == ("warn", found, 1)
    assert check.remedy.startswith("Set another `until`")


@pytest.mark.parametrize(("days", "outcome"), [(90, "pass"), (91, "warn")])
def test_one_that_covers_nothing_for_three_months_is_named(
    days: int, outcome: str, tmp_path: Path
) -> None:
    since = TODAY - timedelta(days=days)
    check = examined(tmp_path, spec("gaps.calls"), unused_since=since)
    assert check.outcome == outcome
    if outcome == "warn":
        assert check.observed == f"gaps.calls: has covered nothing since {since}"
