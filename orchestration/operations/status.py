"""What is in a home now: its release, its streams, its last refreshes, and what waits for somebody.

What to do about it belongs to `status_advice`, showing it to the command line. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration import ingestion, publication, quality
from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import (
    CheckResult,
    GateReport,
    Load,
    QuarantinedLoad,
    RejectedFile,
    Waiver,
)
from orchestration.ingestion.ledger.business_times import latest_by_stream
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.quarantined_loads import quarantined_loads
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from orchestration.ingestion.ledger.runs import RefreshRun, recent_refreshes
from orchestration.ingestion.ledger.waivers import open_waivers
from orchestration.settings import Home

LAST_REFRESHES = 5


@dataclass(frozen=True, kw_only=True)
class ReleaseStatus:
    """The current release; `waived` is the title of each waived check to its signature and reason."""

    release_id: str
    published_at: datetime
    as_of: datetime
    verdict: str
    waived: Mapping[str, str]
    data_docs: Path
    warnings: tuple[CheckResult, ...] = ()
    """The checks of its gate that warn and that nobody waived."""
    excepted: Mapping[str, str] = field(default_factory=dict)
    """The title of each check that a standing exception covers, to what it found and the exception's end and reason."""


@dataclass(frozen=True, kw_only=True)
class StreamStatus:
    """A stream of a source: the loads that count, and its rows in quarantine."""

    source: str
    stream: str
    loads: int
    rows_landed: int
    rows_of_last_load: int
    last_load: datetime
    newest_data: datetime | None
    """The latest business time that has landed; None where the stream has no dates."""
    rows_quarantined: int


@dataclass(frozen=True, kw_only=True)
class RefreshStatus:
    """A refresh; `verdict` is pass, warn, fail, failed, running or killed."""

    run_id: str
    started_at: datetime
    verdict: str
    release_id: str | None
    error: str | None
    detail: Mapping[str, Any]
    """What the refresh noted of itself, for example `reasons`, `failed_checks` and `seconds`."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """The facts of a home. `corruption` is the error that the current release gives, empty where it is intact."""

    release: ReleaseStatus | None
    corruption: str
    running: Mapping[str, str] | None
    """Who holds the refresh lock (pid, host, user, since, run_id, command); None where nobody does."""
    has_landed: bool = True
    streams: tuple[StreamStatus, ...] = ()
    refreshes: tuple[RefreshStatus, ...] = ()
    """The last ones, the newest first."""
    rejected_files: tuple[RejectedFile, ...] = ()
    quarantined_loads: tuple[QuarantinedLoad, ...] = ()
    waivers: tuple[Waiver, ...] = field(default=())
    """Those that the next refresh may use."""


def read_status(home: Home) -> Status:
    """The facts of a home; a release that is corrupt is one of them. Raises `LandingCorrupt` for the ledger."""
    release, corruption = _release(home)
    running = publication.lock_holder(home)
    if not home.ledger.exists():
        return Status(release=release, corruption=corruption, running=running, has_landed=False)
    rows_quarantined = ingestion.quarantine.count_open(home)
    with ingestion.Ledger(home.ledger) as ledger:
        return Status(
            release=release,
            corruption=corruption,
            running=running,
            streams=_streams(
                (load for load, _ in active_loads(ledger)),
                newest=latest_by_stream(ledger),
                rows_quarantined=rows_quarantined,
            ),
            refreshes=tuple(
                _refresh(run, running) for run in recent_refreshes(ledger, limit=LAST_REFRESHES)
            ),
            rejected_files=tuple(open_rejected_files(ledger)),
            quarantined_loads=tuple(quarantined_loads(ledger)),
            waivers=tuple(open_waivers(ledger)),
        )


def explain_release(home: Home, release: ReleaseStatus) -> tuple[str, ...]:
    """Every check of the current release's gate that does not pass, in lines after a title."""
    directory = home.release(release.release_id)
    report = quality.read_gate(directory)
    if report is None:
        lines = ["Its report cannot be read; `embudo doctor` checks the whole home."]
    else:
        lines = _explained(report, directory)
    return (f"The gate of the current release {release.release_id}", *lines)


def explain_last_failure(home: Home, refreshes: Iterable[RefreshStatus]) -> tuple[str, ...]:
    """Every check of the last refresh in lines after a title, where it failed; else empty.

    An earlier failure is history: a refresh that came after it has passed.
    """
    last = next(iter(refreshes), None)
    if last is None or not last.error:
        return ()
    candidate = home.candidate(last.run_id)
    report = quality.read_gate(candidate)
    lines = _explained(report, candidate) if report else [last.error]
    if report:
        lines.append(f"Its Data Docs: {candidate / quality.DATA_DOCS_FILE}")
    return (f"The last refresh, run {last.run_id}, failed", *lines)


def _explained(report: GateReport, directory: Path) -> list[str]:
    lines = [quality.explain(report)]
    if any(check.failed_keys for check in report.checks):
        lines.append(f"Keys of all failing rows: {directory / quality.FAILED_KEYS_FILE}")
    return lines


def _release(home: Home) -> tuple[ReleaseStatus | None, str]:
    try:
        release = publication.current_release(home)
    except ReleaseCorrupt as error:
        return None, str(error)
    if release is None:
        return None, ""
    report = quality.read_gate(home.release(release.release_id))
    checks = report.checks if report else ()
    status = ReleaseStatus(
        release_id=release.release_id,
        published_at=release.published_at,
        as_of=release.as_of,
        verdict=release.verdict,
        waived=dict(release.accepted),
        data_docs=home.release(release.release_id) / quality.DATA_DOCS_FILE,
        warnings=tuple(check for check in checks if check.outcome == "warn" and not check.waiver),
        excepted={
            check.title: f"{check.observed}; excepted {check.exception}"
            for check in checks
            if check.exception
        },
    )
    return status, ""


def _streams(
    loads: Iterable[Load],
    *,
    newest: Mapping[tuple[str, str], datetime],
    rows_quarantined: Mapping[tuple[str, str], int],
) -> tuple[StreamStatus, ...]:
    """`loads` come in the order in which they landed."""
    by_stream: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        by_stream.setdefault((load.source, load.stream), []).append(load)
    return tuple(
        StreamStatus(
            source=source,
            stream=stream,
            loads=len(landed),
            rows_landed=sum(load.rows_landed for load in landed),
            rows_of_last_load=landed[-1].rows_landed,
            last_load=_utc(landed[-1].landed_at),
            newest_data=_utc(newest[source, stream]) if (source, stream) in newest else None,
            rows_quarantined=rows_quarantined.get((source, stream), 0),
        )
        for (source, stream), landed in sorted(by_stream.items())
    )


def _refresh(run: RefreshRun, running: Mapping[str, str] | None) -> RefreshStatus:
    """A run without a verdict holds the lock, or was killed."""
    is_running = running is not None and running.get("run_id") == run.run_id
    return RefreshStatus(
        run_id=run.run_id,
        started_at=_utc(run.started_at),
        verdict=run.verdict or ("running" if is_running else "killed"),
        release_id=run.release_id,
        error=run.error,
        detail=run.detail,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
