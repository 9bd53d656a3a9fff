"""On which day each standing exception was needed for the last time, as a release keeps it (`exceptions.json`)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.settings import ExceptionSpec

EXCEPTIONS_FILE = "exceptions.json"


def last_used(release: Path | None) -> dict[str, date]:
    """Exception (its title) to the day on which it was last needed; to its first, where it never was."""
    path = release / EXCEPTIONS_FILE if release is not None else None
    if path is None or not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {str(title): date.fromisoformat(day) for title, day in kept.items()}


def keep_usage(
    directory: Path, report: GateReport, exceptions: StandingExceptions, previous: Path | None
) -> None:
    """Write the days into a candidate, after its gate has run."""
    before, today = last_used(previous), exceptions.today
    days = {
        spec.title: today if _is_used(spec, report.checks) else before.get(spec.title, today)
        for spec in exceptions.specs
    }
    kept = {title: day.isoformat() for title, day in sorted(days.items())}
    (directory / EXCEPTIONS_FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _is_used(spec: ExceptionSpec, checks: tuple[CheckResult, ...]) -> bool:
    return any(spec.text in check.exception for check in checks)
