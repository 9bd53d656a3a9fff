"""Gate 1: the checks of loads and sources run, and what each failure does by its source's policy.

The checks stand in `checks/`. Reading the ledger, or taking a load out of the build, does not belong here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from orchestration.core.records import CheckResult, LandingResult, Load, Waiver
from orchestration.quality.load_profile import LoadProfile
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import Check, Policy, checks_of, registered
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.quality.subjects import NO_EXCEPTIONS, LandedLoad, LandedSource
from orchestration.quality.waiver_scope import LOAD_QUARANTINED, covers

_ALL = "all streams"


@dataclass(frozen=True)
class SourceLimits:
    """What differs for loads of a source from the checks' own limits and policies.

    `limits` is limit to value, `policies` check to what its failure does.
    """

    limits: Mapping[str, float] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    snapshots: frozenset[str] = frozenset()
    """Streams whose files are full snapshots: what a newer one lacks counts as deleted."""

    def policy(self, check: str) -> Policy:
        """What a failure of a check does."""
        return self.policies.get(check, registered(check).policy)


@dataclass(frozen=True)
class LoadLimits:
    """Limits by source; `usual` where a source has none of its own."""

    usual: SourceLimits = SourceLimits()
    sources: Mapping[str, SourceLimits] = field(default_factory=dict)
    exceptions: StandingExceptions = NO_EXCEPTIONS

    def of(self, source: str) -> SourceLimits:
        """The limits of a source."""
        return self.sources.get(source, self.usual)


@dataclass(frozen=True)
class LoadsVerdict:
    """Gate 1's results, and the loads that their source's policy quarantines instead of stopping, each
    with the check that failed.
    """

    checks: tuple[CheckResult, ...]
    quarantined: Mapping[str, CheckResult] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)
    """Load that would be quarantined to who waives its failed check, and why, or the exception that covers it."""


def check_loads(
    landed: LandingResult,
    *,
    history: Sequence[Load],
    limits: LoadLimits,
    required_streams: Collection[str] = (),
    mapped_otherwise: Collection[str] = (),
    profiles: Mapping[str, LoadProfile] | None = None,
    newest: Mapping[str, datetime] | None = None,
    waivers: Mapping[str, Waiver] | None = None,
) -> LoadsVerdict:
    """Check loads that are in no release yet.

    `history` are all other loads that count, in any order; `required_streams` are `source.stream` that must
    have landed at least once; `mapped_otherwise` are loads of `history` that a mapping landed which is gone, with
    which no load is compared; `profiles` is load to its profile, of `history` too; `newest` is source to its
    latest business time (naive UTC); `waivers` is check (`name on subject`) to its waiver: a load
    whose failure it is for is not quarantined.
    """
    new = {load.load_id for load in landed.loads}
    loads = (*(load for load in history if load.load_id not in new), *landed.loads)
    results: list[CheckResult] = []
    quarantined: dict[str, CheckResult] = {}
    waived: dict[str, str] = {}
    for load in landed.loads:
        limit = limits.of(load.source)
        comparable = (other for other in loads if other.load_id not in mapped_otherwise)
        examined = _landed_load(load, comparable, limit, profiles or {})
        for result in _check_load(examined, limit, limits.exceptions):
            if result.exception and result.outcome == "pass":
                waived.setdefault(load.load_id, f"excepted {result.exception}")
            if result.outcome != "pass" and limit.policy(result.name) == "quarantine":
                waiver = (waivers or {}).get(result.title)
                if waiver is not None and covers(waiver, result):
                    result = dataclasses.replace(result, waiver=waiver.text)
                    waived[load.load_id] = waiver.text
                else:
                    observed = f"{result.observed}{LOAD_QUARANTINED}"
                    result = dataclasses.replace(result, observed=observed)
                    quarantined.setdefault(load.load_id, result)
            results.append(result)
    results += _check_sources(landed, loads, limits, required_streams, newest or {})
    ran = {result.name for result in results}
    results += [_nothing_to_check(check) for check in checks_of(1) if check.name not in ran]
    return LoadsVerdict(checks=tuple(results), quarantined=quarantined, waived=waived)


def _landed_load(
    load: Load, loads: Iterable[Load], limits: SourceLimits, profiles: Mapping[str, LoadProfile]
) -> LandedLoad:
    before = (
        other
        for other in loads
        if (other.source, other.stream) == (load.source, load.stream)
        and other.load_seq < load.load_seq
    )
    return LandedLoad(
        load=load,
        before=tuple(sorted(before, key=lambda other: other.load_seq)),
        profiles=profiles,
        is_snapshot=load.stream in limits.snapshots,
    )


def _check_load(
    landed: LandedLoad, limits: SourceLimits, exceptions: StandingExceptions
) -> list[CheckResult]:
    subject = f"{landed.load.source}.{landed.load.stream}"
    return [
        result
        for check in checks_of(1)
        if check.per == "load"
        for result in _results(check, landed, limits, exceptions, subject=subject)
    ]


def _check_sources(
    landed: LandingResult,
    loads: Sequence[Load],
    limits: LoadLimits,
    required_streams: Collection[str],
    newest: Mapping[str, datetime],
) -> list[CheckResult]:
    sources = {load.source for load in loads}
    sources |= {file.source for file in landed.rejected_files}
    sources |= {new.source for new in landed.new_columns}
    sources |= {failure.source for failure in landed.failures}
    sources |= {stream.source for stream in landed.removed}
    sources |= {stream.partition(".")[0] for stream in required_streams}
    results = []
    for source in sorted(sources):
        subject = LandedSource(
            source=source,
            landed=landed,
            loads=loads,
            newest=newest,
            required=tuple(sorted(n for n in required_streams if n.startswith(f"{source}."))),
        )
        limit = limits.of(source)
        results += [
            result
            for check in checks_of(1)
            if check.per == "source"
            for result in _results(check, subject, limit, limits.exceptions)
        ]
    return results


def _results(
    check: Check,
    examined: LandedLoad | LandedSource,
    limits: SourceLimits,
    exceptions: StandingExceptions,
    *,
    subject: str = "",
) -> Iterator[CheckResult]:
    """A check's results, without what exceptions cover. A finding that only warns does so whatever the policy."""

    def findings(own: Mapping[str, float] = MappingProxyType({})) -> list[Finding]:
        found = check.run(examined, {**limits.limits, **own})
        return [dataclasses.replace(f, subject=subject or f.subject) for f in found]

    def result_of(finding: Finding) -> CheckResult:
        if limits.policy(check.name) != "stop":
            finding = dataclasses.replace(finding, severity="warn")
        return check.result(finding)

    for finding in findings():
        yield exceptions.result(finding, family=check.name, result_of=result_of, rerun=findings)


def _nothing_to_check(check: Check) -> CheckResult:
    finding = Finding(
        passed=True, observed=check.nothing, expected="nothing to reject", subject=_ALL
    )
    return check.result(finding)
