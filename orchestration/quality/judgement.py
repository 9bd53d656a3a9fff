"""Making check results, and reading or refusing a report of them.

What a check looks at does not belong here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from orchestration.core.errors import GateFailed
from orchestration.core.records import CheckResult, GateReport, Severity
from orchestration.quality.masking import SAMPLES, shown_text

FAILED_KEYS_FILE = "failed_keys.json"
"""In a candidate or a release: check (`name on subject`) to the keys of the rows that break it."""

_SHOWN = 20


def could_not_run(*, gate: int, name: str, subject: str, expected: str, reason: str) -> CheckResult:
    """A check that was skipped or raised: it has failed, whatever its severity."""
    first = next(iter(reason.strip().splitlines()), "no reason given")
    return CheckResult(
        gate=gate,
        name=name,
        subject=subject,
        outcome="fail",
        severity="error",
        observed=f"could not run: {shown_text(first)}",
        expected=expected,
        ran=False,
    )


def judged(
    *,
    gate: int,
    name: str,
    subject: str,
    good: bool,
    observed: str,
    expected: str,
    severity: Severity = "error",
    failures: int = 0,
    keys: Sequence[str] = (),
    warn_limit: int | None = None,
    seconds: float = 0.0,
) -> CheckResult:
    """A check that ran. One that warns past `warn_limit` failures has failed.

    `keys` are those of the rows that break it, without contact data; a few of them are shown.
    """
    past = warn_limit is not None and failures > warn_limit
    return CheckResult(
        gate=gate,
        name=name,
        subject=subject,
        outcome="pass" if good else ("fail" if severity == "error" or past else "warn"),
        severity=severity,
        observed=observed,
        expected=expected,
        failures=0 if good else failures,
        sample_keys=() if good else tuple(keys[:SAMPLES]),
        failed_keys=() if good else tuple(keys),
        warn_limit=warn_limit,
        seconds=seconds,
    )


def accept(report: GateReport, accepted: Mapping[str, str]) -> GateReport:
    """Let named breaches through: check name, or `name on subject`, to who says so and why.

    A check that could not run cannot be accepted.
    """
    checks = tuple(_accepted(check, accepted) for check in report.checks)
    return dataclasses.replace(report, checks=checks)


def _accepted(check: CheckResult, accepted: Mapping[str, str]) -> CheckResult:
    because = accepted.get(check.title) or accepted.get(check.name)
    if not because or check.outcome != "fail" or not check.ran:
        return check
    return dataclasses.replace(check, outcome="warn", accepted_because=because)


def used_waivers(report: GateReport, accepted: Iterable[str]) -> tuple[str, ...]:
    """Of the checks that a person accepts, those without which the report would have failed."""
    let_through = [check for check in report.checks if check.accepted_because]
    return tuple(key for key in accepted if any(key in (c.title, c.name) for c in let_through))


def missing_checks(report: GateReport, required: Iterable[str]) -> tuple[str, ...]:
    """Required checks that are not in the report."""
    return tuple(sorted(set(required) - {check.name for check in report.checks}))


def explain(report: GateReport, *, limit: int = _SHOWN) -> str:
    """What a person is told of a report: each check that failed or warned, on what, with sample
    keys.
    """
    told = [check for check in report.checks if check.outcome == "fail"]
    # what could not run often follows from what failed
    told.sort(key=lambda check: (not check.ran, check.gate))
    told += [check for check in report.checks if check.outcome == "warn"]
    lines = [line for check in told[:limit] for line in _told(check)]
    if len(told) > limit:
        lines.append(f"… and {len(told) - limit} more: see gate.json of the candidate")
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
        + "\nNothing was published; the current release is untouched. Mend the data or the model, "
        "then run `embudo refresh`; `embudo status --explain` shows this again."
    )


def _told(check: CheckResult) -> list[str]:
    word = {"fail": "FAILED", "warn": "warned"}.get(check.outcome, check.outcome)
    lines = [
        f"{word}  {check.name} on {check.subject}: "
        f"expected {check.expected}, found {check.observed}"
    ]
    if check.sample_keys:
        kept = len(check.failed_keys)
        more = f" (all {kept:,} in {FAILED_KEYS_FILE})" if kept > len(check.sample_keys) else ""
        lines.append(f"        for example {', '.join(check.sample_keys)}{more}")
    if check.accepted_because:
        lines.append(f"        accepted: {check.accepted_because}")
    elif check.outcome == "fail" and check.ran:
        lines.append(f'        if the figures are right: embudo waive "{check.title}" --reason "…"')
    return lines
