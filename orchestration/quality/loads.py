"""Gate 1: what was landed, held against its stream's history and its source's policy.

It looks at counts that the ledger hands over as plain records. Reading the ledger, or taking a load
back out of it, does not belong here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from orchestration.quality.checks import judged
from orchestration.records import CheckResult, LandingResult, Load, Severity

OnBreach = Literal["warn", "set_aside", "stop"]

QUARANTINE_SHARE = "loads.quarantine_share"
VOLUME = "loads.volume"
FILES_SET_ASIDE = "loads.files_set_aside"
REQUIRED_STREAMS = "loads.required_streams"
SOURCES_ANSWERED = "loads.sources_answered"
REQUIRED = (QUARANTINE_SHARE, VOLUME, FILES_SET_ASIDE, REQUIRED_STREAMS, SOURCES_ANSWERED)

HISTORY = 5
"""Loads of a stream that make its usual volume."""

_SMALL = 20
"""Streams whose usual load is smaller than this have no volume to speak of."""


@dataclass(frozen=True)
class LoadLimits:
    """Shares are 0 to 1. `on_breach` says for a source what a breach does: `stop` where it is
    silent.
    """

    quarantine_share: float = 0.05
    volume_drop_share: float = 0.9
    on_breach: Mapping[str, OnBreach] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadsVerdict:
    """Gate 1's checks, and the loads that their source's policy sets aside instead of stopping."""

    checks: tuple[CheckResult, ...]
    set_aside: tuple[str, ...] = ()


def check_loads(
    landed: LandingResult,
    *,
    history: Sequence[Load],
    limits: LoadLimits,
    required_streams: Collection[str] = (),
) -> LoadsVerdict:
    """Judge what one scan landed.

    `history` are loads of earlier refreshes in any order; `required_streams` are `source.stream`
    that must have come at least once.
    """
    new = {load.load_id for load in landed.loads}
    earlier = [load for load in history if load.load_id not in new]
    shares = [_quarantine_share(load, limits) for load in landed.loads]
    set_aside = tuple(
        load.load_id
        for load, check in zip(landed.loads, shares, strict=True)
        if check.outcome != "pass" and limits.on_breach.get(load.source) == "set_aside"
    )
    checks = [
        *(shares or [_nothing_new(QUARANTINE_SHARE)]),
        *([_volume(load, earlier, limits) for load in landed.loads] or [_nothing_new(VOLUME)]),
        *_files_set_aside(landed),
        *_required_streams((*earlier, *landed.loads), required_streams),
        *_sources_answered(landed),
    ]
    return LoadsVerdict(checks=tuple(checks), set_aside=set_aside)


def _quarantine_share(load: Load, limits: LoadLimits) -> CheckResult:
    judged_rows = load.rows_landed + load.rows_quarantined
    share = load.rows_quarantined / judged_rows if judged_rows else 0.0
    policy = limits.on_breach.get(load.source, "stop")
    severity: Severity = "error" if policy == "stop" else "warn"
    return judged(
        gate=1,
        name=QUARANTINE_SHARE,
        subject=f"{load.source}.{load.stream}",
        good=share <= limits.quarantine_share,
        severity=severity,
        observed=f"{load.rows_quarantined:,} of {judged_rows:,} rows ({share:.1%}) in quarantine, "
        f"load {load.load_id}{', set aside' if policy == 'set_aside' else ''}",
        expected=f"at most {limits.quarantine_share:.1%} (see `embudo quarantine`)",
        failures=load.rows_quarantined,
    )


def _volume(load: Load, earlier: Iterable[Load], limits: LoadLimits) -> CheckResult:
    same = [e for e in earlier if (e.source, e.stream) == (load.source, load.stream)]
    last = sorted(same, key=lambda e: e.load_seq)[-HISTORY:]
    usual = median(e.rows_landed for e in last) if last else 0
    least = usual * (1 - limits.volume_drop_share)
    return judged(
        gate=1,
        name=VOLUME,
        subject=f"{load.source}.{load.stream}",
        good=len(last) < 2 or usual < _SMALL or load.rows_landed >= least,
        severity="warn",
        observed=f"{load.rows_landed:,} rows, load {load.load_id}",
        expected=f"about {usual:,.0f} rows, as in its last {len(last)} loads"
        if len(last) > 1
        else "no history yet",
    )


def _files_set_aside(landed: LandingResult) -> list[CheckResult]:
    return [
        judged(
            gate=1,
            name=FILES_SET_ASIDE,
            subject=f"{aside.source}.{aside.stream}",
            good=False,
            severity="warn",
            observed=f"{aside.file} set aside whole: {aside.reason}",
            expected="every file lands",
            failures=1,
        )
        for aside in landed.set_aside
    ] or [_nothing_new(FILES_SET_ASIDE, observed="no file set aside")]


def _required_streams(loads: Iterable[Load], required: Collection[str]) -> list[CheckResult]:
    present = {f"{load.source}.{load.stream}" for load in loads}
    return [
        judged(
            gate=1,
            name=REQUIRED_STREAMS,
            subject=stream,
            good=stream in present,
            observed="landed" if stream in present else "never landed",
            expected="at least one load",
        )
        for stream in sorted(required)
    ] or [_nothing_new(REQUIRED_STREAMS, observed="no stream is required")]


def _sources_answered(landed: LandingResult) -> list[CheckResult]:
    return [
        judged(
            gate=1,
            name=SOURCES_ANSWERED,
            subject=f"{failure.source}.{failure.stream}",
            good=False,
            severity="error" if failure.is_fatal else "warn",
            observed=failure.reason,
            expected="every source that is asked answers",
            failures=1,
        )
        for failure in landed.failures
    ] or [_nothing_new(SOURCES_ANSWERED, observed="no source failed")]


def _nothing_new(name: str, observed: str = "nothing new") -> CheckResult:
    return judged(
        gate=1, name=name, subject="all streams", good=True, observed=observed, expected="no breach"
    )
