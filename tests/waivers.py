"""Waivers for what a check failed_check, as `embudo waive` grants them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchestration.core.records import CheckResult, FailedCheck, Waiver

AT = datetime(2026, 7, 1, 4, tzinfo=UTC)


def failed_check(check: CheckResult, *, run_id: str = "run-0") -> FailedCheck:
    """A check as a refresh remembers it."""
    return FailedCheck(check.title, run_id, check.observed, check.failures, check.ran)


def seen(title: str, *, observed: str = "5 rows", failures: int = 5) -> FailedCheck:
    """What run `run-0` failed_check of a check."""
    return FailedCheck(title, "run-0", observed, failures)


def waiver_of(check: CheckResult, *, reason: str = "a holiday") -> Waiver:
    """A waiver that Ana signed for what a check failed_check."""
    until = datetime.now(UTC) + timedelta(days=1)
    return Waiver(check.title, reason, "ana", AT, seen=failed_check(check), until=until)
