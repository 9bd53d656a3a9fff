"""The verdict on a report: waivers, missing checks, and why a candidate is not published.

What a check examines belongs to `checks`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from orchestration.core.errors import GateFailed
from orchestration.core.records import CheckResult, GateReport, Waiver
from orchestration.quality.waiver_scope import covers, not_covered

FAILED_KEYS_FILE = "failed_keys.json"
"""In a candidate or a release: check (`name on subject`) to the keys of the rows that fail it."""

_SHOWN = 20


def waive(report: GateReport, waivers: Mapping[str, Waiver]) -> GateReport:
    """Turn waived failures into warnings: `name on subject` to its waiver, which must be for what was found.

    A check that could not run cannot be waived.
    """
    checks = tuple(_waive(check, waivers) for check in report.checks)
    return dataclasses.replace(report, checks=checks)


def _waive(check: CheckResult, waivers: Mapping[str, Waiver]) -> CheckResult:
    waiver = waivers.get(check.title)
    if waiver is None or check.outcome != "fail" or not check.ran:
        return check
    if not covers(waiver, check):
        return dataclasses.replace(
            check, remedy=" ".join(filter(None, (not_covered(waiver), check.remedy)))
        )
    return dataclasses.replace(check, outcome="warn", waiver=waiver.text)


def used_waivers(report: GateReport, waivers: Iterable[str]) -> tuple[str, ...]:
    """The waivers without which the report would have failed."""
    waived = [check for check in report.checks if check.waiver]
    return tuple(key for key in waivers if any(key == check.title for check in waived))


def missing_checks(report: GateReport, required: Iterable[str]) -> tuple[str, ...]:
    """Required checks that are not in the report."""
    return tuple(sorted(set(required) - {check.name for check in report.checks}))


def explain(report: GateReport, *, limit: int = _SHOWN) -> str:
    """A report as text: each check that failed, warned or is excepted, on what, with sample keys."""
    listed = [check for check in report.checks if check.outcome == "fail"]
    # what could not run often follows from what failed
    listed.sort(key=lambda check: (not check.ran, check.gate))
    listed += [check for check in report.checks if check.outcome == "warn"]
    listed += [check for check in report.checks if check.outcome == "pass" and check.exception]
    lines = [line for check in listed[:limit] for line in _explain(check)]
    if len(listed) > limit:
        lines.append(f"… and {len(listed) - limit} more: see gate.json of the candidate")
    return "\n".join(lines) or f"All {len(report.checks)} checks passed."


def raise_if_failed(report: GateReport, required: Iterable[str] = ()) -> None:
    """Raise `GateFailed` where a check failed or a required one did not run."""
    missing = missing_checks(report, required)
    if not report.failed and not missing:
        return
    count = len(report.failed) + len(missing)
    lines = [f"{count} check(s) keep run {report.run_id} from being published."]
    if missing:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        lines.append(f"Required checks that did not run: {', '.join(missing[:10])}{more}")
    if report.failed:
        lines.append(explain(report))
    raise GateFailed(
        "\n".join(lines)
        + "\nNothing was published; the current release is untouched. Fix the data or the model, "
        "then run `embudo refresh`; `embudo status --explain` shows this again."
    )


def _explain(check: CheckResult) -> list[str]:
    word = {"fail": "FAILED", "warn": "warned"}.get(check.outcome, "excepted")
    lines = [
        f"{word}  {check.name} on {check.subject}: "
        f"expected {check.expected}, found {check.observed}"
    ]
    if check.sample_keys:
        kept = len(check.failed_keys)
        more = f" (all {kept:,} in {FAILED_KEYS_FILE})" if kept > len(check.sample_keys) else ""
        lines.append(f"        for example {', '.join(check.sample_keys)}{more}")
    if check.sample_rows:
        lines.append(f"        landed from {', '.join(check.sample_rows)}")
    if check.waiver:
        lines.append(f"        waived: {check.waiver}")
    if check.exception:
        in_part = "" if check.outcome == "pass" else "in part "
        lines.append(f"        excepted {in_part}{check.exception}")
    if check.remedy and not check.waiver and check.outcome != "pass":
        lines.append(f"        what to do: {check.remedy}")
    if check.outcome == "fail" and check.ran and not check.waiver:
        lines.append(f'        if the figures are right: embudo waive "{check.title}" --reason "…"')
    return lines
