"""The day on which an exception was last needed, from release to release."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

from orchestration.core.records import GateReport
from orchestration.quality.exception_usage import keep_usage, last_used
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.settings import ExceptionSpec
from tests.unit.quality.factories import result

SPEC = ExceptionSpec(check="gaps.calls", reason="we rest", until=date(2026, 12, 31))


def kept(
    folder: Path, day: date, *, is_used: bool, previous: Path | None = None
) -> dict[str, date]:
    folder.mkdir()
    check = dataclasses.replace(result("gaps.calls"), exception=SPEC.text if is_used else "")
    report = GateReport(run_id="r", checks=(check,))
    keep_usage(folder, report, StandingExceptions((SPEC,), day), previous)
    return last_used(folder)


def test_it_is_the_last_day_or_the_first_where_it_never_was(tmp_path: Path) -> None:
    days = [date(2026, month, 1) for month in (3, 4, 5)]
    assert kept(tmp_path / "a", days[0], is_used=False) == {"gaps.calls": days[0]}
    assert kept(tmp_path / "b", days[1], is_used=True, previous=tmp_path / "a") == {
        "gaps.calls": days[1]
    }
    assert kept(tmp_path / "c", days[2], is_used=False, previous=tmp_path / "b") == {
        "gaps.calls": days[1]
    }


def test_a_release_without_exceptions_has_none(tmp_path: Path) -> None:
    assert last_used(tmp_path) == last_used(None) == {}
