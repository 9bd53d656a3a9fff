"""Step 1: fetch from APIs, land new files, and run gate 1 on what came."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestration import ingestion, quality
from orchestration.core.errors import ReleaseCorrupt, SourceError
from orchestration.core.failpoints import failpoint
from orchestration.core.records import (
    CheckResult,
    GateReport,
    LandingResult,
    RemovedStream,
    SourceFailure,
)
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from orchestration.ingestion.ledger.runs import begin_refresh
from orchestration.observability.lineage import Dataset
from orchestration.privacy.model_keys import check_model_keys
from orchestration.publication.releases import current_id
from orchestration.quality.checks.landing_complete import SOURCES_ANSWERED
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.load_gate import check_new_loads
from orchestration.refresh.metric_definitions import check_seeds
from orchestration.refresh.release_state import released_state, removed_streams
from orchestration.refresh.staleness import Staleness, staleness_of


@dataclass(frozen=True)
class Landing:
    """What landed, what gate 1 found, and what the current release lacks now."""

    result: LandingResult
    checks: tuple[CheckResult, ...]
    staleness: Staleness

    @property
    def warnings(self) -> list[str]:
        """What a person should know that is no error: streams that left embudo.yml."""
        return [f"{stream}." for stream in self.result.removed]

    def checks_of(self, stream: str) -> list[CheckResult]:
        """What gate 1 found of a stream, over all its sources."""
        return [check for check in self.checks if check.subject.rpartition(".")[2] == stream]


def fetch(context: RefreshContext) -> tuple[SourceFailure, ...]:
    """Fetch what is new from the APIs and keep it for landing; returns the streams that failed."""
    if context.settings.apis:
        context.report.step("Fetch from APIs")
    return ingestion.fetch_apis(context.settings, context.home, report=context.report)


def land(
    context: RefreshContext, *, failures: tuple[SourceFailure, ...], before: Staleness
) -> Landing:
    """Land what is new and run gate 1 on it.

    `failures` are streams that could not be fetched; `before` is what the release lacked before: where history
    is rebuilt, every file is read for its checksum. Raises `SeedInvalid` where a seed cannot be built from,
    `ContractBroken` where a mart does not declare which rows go with a person, and `SourceError` where a file cannot
    be read.
    """
    context.report.step("Read sources")
    check_seeds(context.project)
    check_model_keys(context.project.manifest, ingestion.load_contract())
    with ingestion.Ledger(context.home.ledger) as ledger:
        begin_refresh(ledger, context.run_id, full=before.full, started_at=context.started_at)
    failpoint("refresh.begun")
    landed = ingestion.land(
        context.settings,
        context.home,
        run_id=context.run_id,
        report=context.report,
        hash_all=before.full,
    )
    landed = replace(landed, failures=failures, removed=_removed(context))
    for stream in landed.removed:
        context.report.warn(str(stream))
    for file in landed.unselected:
        context.report.warn(str(file))
    checks = check_new_loads(
        context.workspace, landed, run_id=context.run_id, waivers=context.waivers
    )
    report = quality.waive(GateReport(run_id=context.run_id, checks=checks), context.waivers)
    staleness = staleness_of(
        context.project, waivers=context.waivers, full_requested=context.full_requested
    )
    context.report.datasets(
        inputs=[Dataset(f"{load.source}/{file}") for load in landed.loads for file in load.files],
        outputs=[
            Dataset(f"landing.{load.source}.{load.stream}", load.rows_landed, load.size_bytes)
            for load in landed.loads
        ],
    )
    context.report.detail(_summary(landed))
    return Landing(
        result=landed,
        checks=report.checks,
        staleness=replace(staleness, full=staleness.full or before.full),
    )


def _removed(context: RefreshContext) -> tuple[RemovedStream, ...]:
    """Streams that left embudo.yml since the current release; none where that is corrupt."""
    try:
        before = released_state(context.home)
    except ReleaseCorrupt:
        return ()
    return removed_streams(context.home, before) if before is not None else ()


def require_sources(landing: Landing) -> None:
    """Raise `SourceError` where a source failed whose policy stops the refresh.

    A waived failure (of `loads.sources_answered`) lets the refresh go on.
    """
    fatal = [failure.reason for failure in landing.result.failures if failure.is_fatal]
    if fatal and any(
        check.name == SOURCES_ANSWERED and check.outcome == "fail" for check in landing.checks
    ):
        raise SourceError("\n".join(dict.fromkeys(fatal)))


def require_loads(context: RefreshContext, landing: Landing) -> None:
    """Raise `SourceError` where a source failed, and `GateFailed` where gate 1 stops the refresh."""
    require_sources(landing)
    quality.raise_if_failed(GateReport(run_id=context.run_id, checks=landing.checks))


def require_rows(context: RefreshContext) -> None:
    """Raise `SourceError` where the first release would hold no row of any source."""
    if current_id(context.home) is not None:
        return
    with ingestion.Ledger(context.home.ledger) as ledger:
        loads = [load for load, _ in active_loads(ledger)]
        rejected = open_rejected_files(ledger)
    if any(load.rows_landed for load in loads):
        return
    reasons = [f"{file.source}.{file.stream}: {file.reason}" for file in rejected]
    reasons += [
        f"{load.source}.{load.stream}: {', '.join(load.files)}: {load.rows_read:,} rows read, "
        f"{load.rows_quarantined:,} quarantined, {load.rows_skipped:,} left out by the mapping"
        for load in loads
    ]
    if not reasons:
        reasons = ["no file in any inbox is named by `files` in embudo.yml"]
    raise SourceError(
        "Nothing was released: no source brought a row, and there is no earlier release.\n"
        + "\n".join(f"- {reason}" for reason in dict.fromkeys(reasons))
        + "\nFix these files or their mapping in embudo.yml (`embudo quarantine` lists rows), then refresh again."
    )


def _summary(landed: LandingResult) -> str:
    rows = sum(load.rows_landed for load in landed.loads)
    quarantined = sum(load.rows_quarantined for load in landed.loads)
    files = sum(len(load.files) for load in landed.loads)
    text = f"{files} new file(s), {rows:,} rows landed, {quarantined:,} quarantined"
    rejected = len(landed.rejected_files)
    return text + (f", {rejected} file(s) rejected" if rejected else "")
