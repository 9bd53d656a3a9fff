"""Gate 1: what was landed, held against its stream's history and its source's policy.

It looks at counts and profiles that are handed over as plain records. Reading the ledger, or taking a
load out of it, does not belong here.
"""

from __future__ import annotations

import dataclasses
import glob
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median_low
from typing import Literal

from orchestration.core.records import CheckResult, LandingResult, Load, Severity
from orchestration.quality.databases import identifier, literal
from orchestration.quality.judgement import judged
from orchestration.quality.profiles import Profile, Tolerance, drifts, merged, profile

OnBreach = Literal["warn", "set_aside", "stop"]

QUARANTINE_SHARE = "loads.quarantine_share"
DUPLICATE_KEYS = "loads.duplicate_keys"
VOLUME = "loads.volume"
SNAPSHOT = "loads.snapshot"
VALUES = "loads.values"
FRESHNESS = "loads.freshness"
FILES_SET_ASIDE = "loads.files_set_aside"
NEW_COLUMNS = "loads.new_columns"
REQUIRED_STREAMS = "loads.required_streams"
SOURCES_ANSWERED = "loads.sources_answered"
REQUIRED = (
    QUARANTINE_SHARE,
    DUPLICATE_KEYS,
    VOLUME,
    SNAPSHOT,
    VALUES,
    FRESHNESS,
    FILES_SET_ASIDE,
    NEW_COLUMNS,
    REQUIRED_STREAMS,
    SOURCES_ANSWERED,
)

HISTORY = 5
"""Loads of a stream that make its usual volume and values."""

_SMALL = 20
"""Streams whose usual load is smaller than this have no volume to speak of."""

_FEW = 30
"""Rows that a load and its history need, and values of a column for its median, before they are compared."""

_LOOKS = Tolerance(times=20, negative=0.3, nulls=0.5, usual_nulls=0.01, fewest=_FEW)
"""A load holds one day where history holds years: only what no day explains is a breach. The usual
mistakes of a unit are a factor of 60 and more.
"""

DEFAULT_POLICY: Mapping[str, OnBreach] = {
    QUARANTINE_SHARE: "stop",
    DUPLICATE_KEYS: "warn",
    VOLUME: "warn",
    SNAPSHOT: "stop",
    VALUES: "stop",
    FRESHNESS: "warn",
    FILES_SET_ASIDE: "warn",
    NEW_COLUMNS: "warn",
    REQUIRED_STREAMS: "stop",
    SOURCES_ANSWERED: "stop",
}
"""What a breach does where `on_breach` in embudo.yml says nothing."""


@dataclass(frozen=True)
class SourceLimits:
    """What loads of a source may be. Shares are 0 to 1. `on_breach` maps a check to what its breach
    does, where that is not the default.
    """

    quarantine_share: float = 0.05
    duplicate_share: float = 0.5
    volume_drop_share: float = 0.9
    snapshot_drop_share: float = 0.5
    silent_days: int = 14
    on_breach: Mapping[str, OnBreach] = field(default_factory=dict)
    snapshots: frozenset[str] = frozenset()
    """Streams whose files are full snapshots: what a newer one lacks counts as deleted."""

    def policy(self, check: str) -> OnBreach:
        """What a breach of a check does."""
        return self.on_breach.get(check, DEFAULT_POLICY[check])


@dataclass(frozen=True)
class LoadLimits:
    """Limits by source; `usual` where a source has none of its own."""

    usual: SourceLimits = SourceLimits()
    sources: Mapping[str, SourceLimits] = field(default_factory=dict)

    def of(self, source: str) -> SourceLimits:
        """The limits of a source."""
        return self.sources.get(source, self.usual)


@dataclass(frozen=True)
class LoadLook:
    """What a load's rows look like. `repeated` are rows whose key (and time of change, where the
    stream has one) stands twice in the same file.
    """

    profile: Profile
    repeated: int = 0
    mended: int = 0
    """Quarantined rows that a later file has made good."""

    def to_json(self) -> str:
        """As text that `from_json` reads; what was mended is no part of it."""
        return json.dumps({"repeated": self.repeated, "profile": self.profile.to_json()})

    @classmethod
    def from_json(cls, text: str, *, mended: int = 0) -> LoadLook:
        """The look in a text."""
        found = json.loads(text)
        return cls(
            profile=Profile.from_json(found["profile"]),
            repeated=int(found["repeated"]),
            mended=mended,
        )

    @classmethod
    def of(
        cls,
        file: Path,
        *,
        keys: Sequence[str],
        newest_by: str | None,
        private: Collection[str] = (),
    ) -> LoadLook:
        """Look at a landed file, whose columns with `_` are ingestion's own, and not at private ones."""
        import duckdb

        rows = f"read_parquet({literal(glob.escape(str(file)))})"
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            names = [row[0] for row in connection.execute(f"describe from {rows}").fetchall()]
            found = profile(
                connection,
                rows,
                leave_out=[name for name in names if name.startswith("_") or name in private],
            )
            repeated = None
            if keys:
                same = ", ".join(identifier(k) for k in (*keys, newest_by or keys[0], "_file"))
                repeated = connection.execute(
                    f"select sum(times - 1) from (select count(*) as times from {rows} group by {same})"
                ).fetchone()
        return cls(profile=found, repeated=int((repeated or (0,))[0] or 0))


@dataclass(frozen=True)
class LoadsVerdict:
    """Gate 1's checks, and the loads that their source's policy sets aside instead of stopping, each
    with the check that says so.
    """

    checks: tuple[CheckResult, ...]
    set_aside: Mapping[str, CheckResult] = field(default_factory=dict)
    let_in: Mapping[str, str] = field(default_factory=dict)
    """Load that would be set aside to who accepts its breach, and why."""


def check_loads(
    landed: LandingResult,
    *,
    history: Sequence[Load],
    limits: LoadLimits,
    required_streams: Collection[str] = (),
    looks: Mapping[str, LoadLook] | None = None,
    newest: Mapping[str, datetime] | None = None,
    accepted: Mapping[str, str] | None = None,
) -> LoadsVerdict:
    """Judge loads that are in no release yet.

    `history` are all other loads that count, in any order; `required_streams` are `source.stream` that
    must have come at least once; `looks` is load to what its rows look like, of `history` too; `newest`
    is source to its latest business time (naive UTC); `accepted` is check (or `name on subject`) to who
    lets its breach through, and why: such a load is not set aside.
    """
    new = {load.load_id for load in landed.loads}
    earlier = [load for load in history if load.load_id not in new]
    looked, signed = looks or {}, accepted or {}
    checks: list[CheckResult] = []
    aside: dict[str, CheckResult] = {}
    let_in: dict[str, str] = {}
    for load in landed.loads:
        limit = limits.of(load.source)
        before = [
            one
            for one in (*earlier, *landed.loads)
            if (one.source, one.stream) == (load.source, load.stream)
            and one.load_seq < load.load_seq
        ]
        for check in (
            _quarantine_share(load, limit, looked.get(load.load_id)),
            _duplicate_keys(load, limit, looked.get(load.load_id)),
            _volume(load, before, limit),
            *_snapshot(load, before, limit),
            _values(load, before, limit, looked),
        ):
            because = signed.get(check.title) or signed.get(check.name)
            if check.outcome != "pass" and limit.policy(check.name) == "set_aside":
                if because:
                    check = dataclasses.replace(check, accepted_because=because)
                    let_in[load.load_id] = because
                else:
                    check = dataclasses.replace(check, observed=f"{check.observed}, set aside")
                    aside.setdefault(load.load_id, check)
            checks.append(check)
    everything = (*earlier, *landed.loads)
    checks += _freshness(everything, limits, newest or {})
    checks += _files_set_aside(landed, limits)
    checks += _new_columns(landed, limits)
    checks += _required_streams(everything, required_streams)
    checks += _sources_answered(landed)
    told = {check.name for check in checks}
    checks += [_nothing_to_say(name) for name in REQUIRED if name not in told]
    return LoadsVerdict(checks=tuple(checks), set_aside=aside, let_in=let_in)


def _judged(
    name: str,
    subject: str,
    *,
    good: bool,
    observed: str,
    expected: str,
    limits: SourceLimits,
    failures: int = 0,
) -> CheckResult:
    severity: Severity = "error" if limits.policy(name) == "stop" else "warn"
    return judged(
        gate=1,
        name=name,
        subject=subject,
        good=good,
        severity=severity,
        observed=observed,
        expected=expected,
        failures=failures,
    )


def _of(load: Load) -> str:
    return f"{load.source}.{load.stream}"


def _quarantine_share(load: Load, limits: SourceLimits, look: LoadLook | None) -> CheckResult:
    rows = load.rows_landed + load.rows_quarantined
    broken = load.rows_quarantined - (look.mended if look else 0)
    share = broken / rows if rows else 0.0
    return _judged(
        QUARANTINE_SHARE,
        _of(load),
        good=share <= limits.quarantine_share,
        observed=f"{broken:,} of {rows:,} rows ({share:.1%}) in quarantine, load {load.load_id}",
        expected=f"at most {limits.quarantine_share:.1%} (see `embudo quarantine`)",
        limits=limits,
        failures=broken,
    )


def _duplicate_keys(load: Load, limits: SourceLimits, look: LoadLook | None) -> CheckResult:
    repeated = look.repeated if look else 0
    share = repeated / load.rows_landed if load.rows_landed else 0.0
    return _judged(
        DUPLICATE_KEYS,
        _of(load),
        good=share <= limits.duplicate_share,
        observed=f"{repeated:,} of {load.rows_landed:,} rows ({share:.1%}) repeat a key of their file, "
        f"load {load.load_id}",
        expected=f"at most {limits.duplicate_share:.1%}; of rows with the same key the newest counts",
        limits=limits,
        failures=repeated,
    )


def _volume(load: Load, before: Iterable[Load], limits: SourceLimits) -> CheckResult:
    """Against the last load of the same files, where they came before, else against the usual one."""
    ordered = sorted(before, key=lambda one: one.load_seq)
    again = [one for one in ordered if set(one.files) == set(load.files)][-1:]
    last = again if len(ordered) < 2 else ordered[-HISTORY:]
    usual = median_low([one.rows_landed for one in last]) if last else 0
    least = round(usual * (1 - limits.volume_drop_share), 6)
    return _judged(
        VOLUME,
        _of(load),
        good=usual < _SMALL or load.rows_landed > least,
        observed=f"{load.rows_landed:,} rows, load {load.load_id}",
        expected=f"about {usual:,} rows, as in its last {len(last)} load(s)"
        if last
        else "no history yet",
        limits=limits,
    )


def _snapshot(load: Load, before: Iterable[Load], limits: SourceLimits) -> Iterator[CheckResult]:
    """Rows a file against the load before: a snapshot that is cut short would delete what it lacks."""
    if load.stream not in limits.snapshots:
        return
    last = max(before, key=lambda one: one.load_seq, default=None)
    usual = last.rows_landed / len(last.files) if last else 0
    found = load.rows_landed / len(load.files)
    yield _judged(
        SNAPSHOT,
        _of(load),
        good=found >= usual * (1 - limits.snapshot_drop_share),
        observed=f"{found:,.0f} rows in a full snapshot, load {load.load_id}",
        expected=f"about {usual:,.0f}, as in the one before; what a snapshot lacks counts as deleted"
        if last
        else "no snapshot before it",
        limits=limits,
    )


def _values(
    load: Load, before: Iterable[Load], limits: SourceLimits, looks: Mapping[str, LoadLook]
) -> CheckResult:
    look = looks.get(load.load_id)
    ordered = sorted(before, key=lambda one: one.load_seq)[-HISTORY:]
    known = [looks[one.load_id].profile for one in ordered if one.load_id in looks]
    past = merged(known) if known else Profile(rows=0)
    enough = look is not None and min(look.profile.rows, past.rows) >= _FEW
    found = drifts(look.profile, past, _LOOKS) if look is not None and enough else []
    return _judged(
        VALUES,
        _of(load),
        good=not found,
        observed=f"{'; '.join(found) or 'as before' if enough else 'too few rows to tell'}, "
        f"load {load.load_id}",
        expected=f"values like those of its last {len(known)} load(s)",
        limits=limits,
        failures=len(found),
    )


def _freshness(
    loads: Sequence[Load], limits: LoadLimits, newest: Mapping[str, datetime]
) -> list[CheckResult]:
    """A source against the others: by business time where it has one, else by its last load.

    The wall clock has no say, so that a replay of old files is judged as the files were.
    """
    landed: dict[str, datetime] = {}
    for load in loads:
        landed[load.source] = max(load.landed_at, landed.get(load.source, load.landed_at))
    found = []
    for source in sorted(landed):
        limit, times = limits.of(source), newest if source in newest else landed
        others = [at for name, at in times.items() if name != source]
        quiet = max(others) - times[source] if others else None
        days = max(quiet.days, 0) if quiet is not None else 0
        what = "newest row" if source in newest else "last load"
        found.append(
            _judged(
                FRESHNESS,
                source,
                good=days <= limit.silent_days,
                observed=f"its {what} is of {times[source]:%Y-%m-%d}, {days} day(s) before the "
                "newest of the other sources",
                expected=f"at most {limit.silent_days} day(s) of silence",
                limits=limit,
                failures=days,
            )
        )
    return found


def _files_set_aside(landed: LandingResult, limits: LoadLimits) -> list[CheckResult]:
    return [
        _judged(
            FILES_SET_ASIDE,
            f"{aside.source}.{aside.stream}",
            good=False,
            observed=f"{aside.file} set aside whole: {aside.reason}",
            expected="every file lands",
            limits=limits.of(aside.source),
            failures=1,
        )
        for aside in landed.rejected_files
    ]


def _new_columns(landed: LandingResult, limits: LoadLimits) -> list[CheckResult]:
    return [
        _judged(
            NEW_COLUMNS,
            f"{new.source}.{new.stream}",
            good=False,
            observed=f"{new.file} has {', '.join(new.columns)}, which no file had before",
            expected="the columns of earlier files; new ones are kept in `_extra` until embudo.yml maps them",
            limits=limits.of(new.source),
            failures=len(new.columns),
        )
        for new in landed.new_columns
    ]


def _required_streams(loads: Iterable[Load], required: Collection[str]) -> list[CheckResult]:
    present = {_of(load) for load in loads}
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
    ]


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
    ]


_SILENT = {
    FILES_SET_ASIDE: "no file set aside",
    NEW_COLUMNS: "no column that earlier files had not",
    REQUIRED_STREAMS: "no stream is required",
    SOURCES_ANSWERED: "no source failed",
}


def _nothing_to_say(name: str) -> CheckResult:
    return judged(
        gate=1,
        name=name,
        subject="all streams",
        good=True,
        observed=_SILENT.get(name, "nothing new"),
        expected="no breach",
    )
