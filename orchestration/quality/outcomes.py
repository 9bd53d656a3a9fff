"""What a check function returns, and how it becomes a result of the gate.

What a check examines belongs to `checks/`; reading a whole report belongs to `verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.core.records import CheckResult, Outcome, Severity
from orchestration.quality.masking import SAMPLES, shown_text


@dataclass(frozen=True)
class Finding:
    """What a check found on one subject.

    `name` and `subject` are empty where they are the registered ones. `keys` are those of the failing
    rows, without contact data. A warning with more than `warn_limit` failures has failed. `ran` is False
    where the check was skipped or raised: it has failed, whatever its severity.
    """

    passed: bool
    observed: str
    expected: str
    name: str = ""
    subject: str = ""
    severity: Severity = "error"
    failures: int = 0
    keys: tuple[str, ...] = ()
    warn_limit: int | None = None
    seconds: float = 0.0
    ran: bool = True
    remedy: str = ""
    """What to do where it does not pass; empty for the registered one."""

    def result(self, *, gate: int, name: str, subject: str, remedy: str = "") -> CheckResult:
        """As a result of the gate; `name`, `subject`, `remedy` where the finding has none of its own."""
        return CheckResult(
            gate=gate,
            name=self.name or name,
            subject=self.subject or subject,
            outcome=self._outcome,
            severity=self.severity,
            observed=self.observed,
            expected=self.expected,
            failures=0 if self.passed else self.failures,
            sample_keys=() if self.passed else self.keys[:SAMPLES],
            failed_keys=() if self.passed else self.keys,
            warn_limit=self.warn_limit,
            seconds=self.seconds,
            ran=self.ran,
            remedy="" if self.passed else self.remedy or remedy,
        )

    @property
    def _outcome(self) -> Outcome:
        if self.passed:
            return "pass"
        past_limit = self.warn_limit is not None and self.failures > self.warn_limit
        return "fail" if self.severity == "error" or past_limit else "warn"


def could_not_run(*, expected: str, reason: str, name: str = "", subject: str = "") -> Finding:
    """The finding of a check that was skipped or raised."""
    first = next(iter(reason.strip().splitlines()), "no reason given")
    return Finding(
        passed=False,
        observed=f"could not run: {shown_text(first)}",
        expected=expected,
        name=name,
        subject=subject,
        ran=False,
    )
