"""What a check function returns, and how it becomes a result of the gate.

What a check examines belongs to `checks/`; reading a whole report belongs to `verdict`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestration.core.records import CheckResult, Outcome, Severity
from orchestration.quality.masking import SAMPLES, shown_text


@dataclass(frozen=True)
class Cause:
    """One of the things that a finding consists of, in words.

    `scope` is what it is about beside the finding's subject (`column`, `value`, `region`, `team`, `rep`), with names.
    """

    text: str
    severity: Severity = "warn"
    failures: int = 1
    keys: tuple[str, ...] = ()
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside_release: bool = False
    """Whether it is a difference from the last release, which a change on purpose may have made."""


@dataclass(frozen=True)
class Layout:
    """How the causes of a finding make its text: how many are listed, what stands behind them, and whether its failures
    are those of the largest cause or of all together.
    """

    listed: int | None = None
    suffix: str = ""
    counts_most: bool = False


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
    rows: int = 0
    """Rows of which `failures` fail; 0 where that is not known."""
    causes: tuple[Cause, ...] = ()
    """What it consists of, where that is several things; see `of_causes`."""
    layout: Layout = Layout()

    @classmethod
    def of_causes(
        cls,
        causes: Sequence[Cause],
        *,
        expected: str,
        name: str = "",
        subject: str = "",
        layout: Layout | None = None,
    ) -> Finding:
        """A finding that does not pass for these causes, those that stop it first."""
        ordered = sorted(causes, key=lambda cause: cause.severity != "error")
        form = layout or Layout()
        texts = [cause.text for cause in ordered[: form.listed]]
        more = f"; and {len(ordered) - len(texts)} more" if len(ordered) > len(texts) else ""
        counts = [cause.failures for cause in ordered]
        return cls(
            passed=False,
            severity=ordered[0].severity,
            name=name,
            subject=subject,
            observed="; ".join(texts) + more + form.suffix,
            expected=expected,
            failures=max(counts) if form.counts_most else sum(counts),
            keys=tuple(dict.fromkeys(key for cause in ordered for key in cause.keys)),
            causes=tuple(ordered),
            layout=form,
        )

    def noted(self, note: str) -> Finding:
        """The same finding with a note behind what was observed."""
        layout = replace(self.layout, suffix=f"{self.layout.suffix}{note}")
        return replace(self, observed=f"{self.observed}{note}", layout=layout)

    def with_causes(self, causes: Sequence[Cause]) -> Finding:
        """The same finding for some of its causes only."""
        finding = Finding.of_causes(
            causes,
            expected=self.expected,
            name=self.name,
            subject=self.subject,
            layout=self.layout,
        )
        return replace(finding, rows=self.rows, seconds=self.seconds, remedy=self.remedy)

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
