"""Standing exceptions of embudo.yml, applied to what checks find.

What an exception covers passes as a note that names its end and reason: no warning, no waiver. It is for the findings
of one check in a scope, below limits of its own where it has some; what is beyond fails as it does without it. A check
that could not run is never excepted. What an exception is belongs to `settings.exception_models`.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.core.records import CheckResult
from orchestration.quality.dbt_manifest import check_name, tests_of
from orchestration.quality.outcomes import Cause, Finding
from orchestration.settings import ExceptionSpec, Settings
from orchestration.settings.check_catalogue import FAILING_ROWS, FAILING_SHARE, is_named
from orchestration.settings.gate_rules import NEVER_EXCEPTED

Rerun = Callable[[Mapping[str, float]], Sequence[Finding]]
"""What a check finds with other limits."""

DBT_TESTS = "dbt.<test>"
"""The family of dbt's data tests."""

_OUTCOMES = {"pass": 0, "warn": 1, "fail": 2}

ResultOf = Callable[[Finding], CheckResult]
"""A finding of a check as a result of the gate."""


@dataclass(frozen=True)
class StandingExceptions:
    """The exceptions of a company, and the day on which they are looked at."""

    specs: tuple[ExceptionSpec, ...] = ()
    today: date = date.min

    @classmethod
    def of(cls, settings: Settings) -> StandingExceptions:
        """Those of embudo.yml, today in the company's time zone."""
        return cls(settings.exceptions, datetime.now(ZoneInfo(settings.time_zone)).date())

    @property
    def open(self) -> tuple[ExceptionSpec, ...]:
        """Those that have not ended."""
        return tuple(spec for spec in self.specs if spec.until >= self.today)

    @property
    def ended(self) -> tuple[ExceptionSpec, ...]:
        """Those whose last day is over."""
        return tuple(spec for spec in self.specs if spec.until < self.today)

    def without_check(self, names: Iterable[tuple[str, str]]) -> tuple[ExceptionSpec, ...]:
        """Open ones that mean none of these checks, each a name and the registered one that it belongs to."""
        known = tuple(names)
        return tuple(
            spec
            for spec in self.open
            if not any(is_named(spec.check, name=name, family=family) for name, family in known)
        )

    def covers_load(self, check: str, *, source: str, stream: str) -> bool:
        """Whether an exception without limits of its own is for what a check of loads finds of a stream."""
        result = CheckResult(1, check, f"{source}.{stream}", "fail", "error", "", "")
        return any(
            not spec.limits and _is_in_scope(spec, Cause(""), result)
            for spec in _matching(self.open, check, result)
        )

    def result(
        self, finding: Finding, *, family: str, result_of: ResultOf, rerun: Rerun
    ) -> CheckResult:
        """The result of a finding of a check of this registered name, without what an exception covers of it."""
        result = result_of(finding)
        if finding.passed or not finding.ran or family in NEVER_EXCEPTED:
            return result
        remaining, used = finding.causes, []
        for spec in _matching(self.open, family, result):
            if finding.causes:
                left = tuple(_left(spec, finding, result, remaining, rerun))
                changed, remaining = left != remaining, left
            else:
                lighter = _lighter(spec, finding, result, result_of, rerun)
                changed, result = lighter is not None, lighter or result
            if changed:
                used.append(spec)
            if changed and not remaining and (finding.causes or result.outcome == "pass"):
                break
        if not used:
            return self._with_ended(family, finding, result)
        text = "; ".join(spec.text for spec in used)
        if remaining:
            part = result_of(finding.with_causes(remaining))
            result = dataclasses.replace(
                part, observed=f"{part.observed} (beside what is excepted)"
            )
        elif finding.causes:
            result = dataclasses.replace(result, outcome="pass")
        return dataclasses.replace(result, exception=text)

    def _with_ended(self, family: str, finding: Finding, result: CheckResult) -> CheckResult:
        causes = finding.causes or (Cause(""),)
        for ended in _matching(self.ended, family, result):
            if any(_is_in_scope(ended, cause, result) for cause in causes):
                break
        else:
            return result
        advice = (
            f"Its exception ended on {ended.until} ({ended.reason}): set another day in embudo.yml, or "
            "take it out."
        )
        return dataclasses.replace(result, remedy=" ".join(filter(None, (advice, result.remedy))))


def _lighter(
    spec: ExceptionSpec, finding: Finding, result: CheckResult, result_of: ResultOf, rerun: Rerun
) -> CheckResult | None:
    """The result of a finding under an exception that makes it pass, or warn where it stopped; else None."""
    whole = Cause(result.observed, failures=result.failures)
    if not (_is_in_scope(spec, whole, result) and _is_below(spec.limits, whole, finding)):
        return None
    own = _own_limits(spec)
    if not own:
        return dataclasses.replace(result, outcome="pass")
    for other in rerun(own):
        if (other.name, other.subject) == (finding.name, finding.subject):
            found = result_of(other)
            return found if _OUTCOMES[found.outcome] < _OUTCOMES[result.outcome] else None
    return dataclasses.replace(result, outcome="pass")


def _left(
    spec: ExceptionSpec,
    finding: Finding,
    result: CheckResult,
    causes: Sequence[Cause],
    rerun: Rerun,
) -> Iterator[Cause]:
    """What of these causes an exception does not cover; under its own limits some may warn where they stopped."""
    own = _own_limits(spec)
    for cause in causes:
        if not (_is_in_scope(spec, cause, result) and _is_below(spec.limits, cause, finding)):
            yield cause
        elif own:
            yield from _same(cause, finding, rerun(own))


def _own_limits(spec: ExceptionSpec) -> dict[str, float]:
    """Those that the check has, apart from those of any exception."""
    return {
        name: limit
        for name, limit in spec.limits.items()
        if name not in (FAILING_ROWS, FAILING_SHARE)
    }


def _matching(
    specs: Sequence[ExceptionSpec], family: str, result: CheckResult
) -> list[ExceptionSpec]:
    """Those that mean this check, whatever it found of it."""
    return [spec for spec in specs if is_named(spec.check, name=result.name, family=family)]


def _is_in_scope(spec: ExceptionSpec, cause: Cause, result: CheckResult) -> bool:
    """Whether all that a cause is about is in the scope: a fault of two reps is none of one rep."""
    first, dot, last = result.subject.partition(".")
    about = {
        "subject": (result.subject,),
        "source": (first,),
        "stream": (last if dot else first,),
        **cause.scope,
    }
    return all(
        set(about.get(key, ())) and set(about[key]) <= set(names)
        for key, names in spec.scope.stated().items()
    )


def _is_below(limits: Mapping[str, float], cause: Cause, finding: Finding) -> bool:
    """Whether the rows that fail are at most as many, and at most that share, as the exception allows."""
    if cause.failures > limits.get(FAILING_ROWS, float("inf")):
        return False
    allowed = limits.get(FAILING_SHARE)
    return allowed is None or (finding.rows > 0 and cause.failures <= allowed * finding.rows)


def _same(cause: Cause, finding: Finding, found: Sequence[Finding]) -> Iterator[Cause]:
    """A cause as the check finds it with other limits; nothing where it does not."""
    for other in found:
        if (other.name, other.subject) == (finding.name, finding.subject):
            same = (
                left
                for left in other.causes
                if (left.text, left.scope) == (cause.text, cause.scope)
            )
            yield from itertools.islice(same, 1)
            return


def excepted_tests(manifest: Mapping[str, Any], exceptions: StandingExceptions) -> tuple[str, ...]:
    """The names of the checks of dbt's data tests that an exception may cover, which keep no model from being built."""
    if not exceptions.open:
        return ()
    names = (check_name(test) for test in tests_of(manifest, unit_tests=False))
    return tuple(
        name
        for name in names
        if any(is_named(spec.check, name=name, family=DBT_TESTS) for spec in exceptions.open)
    )
