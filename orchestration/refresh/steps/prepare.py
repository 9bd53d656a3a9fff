"""Step 2: open a candidate on the verified release, and show it what has landed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestration import ingestion, publication
from orchestration.core.failpoints import failpoint
from orchestration.publication import Candidate
from orchestration.publication.layout import SEMANTIC_MANIFEST
from orchestration.refresh.baseline import Baseline, verified_baseline
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.staleness import Staleness


@dataclass(frozen=True)
class PreparedCandidate:
    """The warehouse that this run builds, what it builds upon, and what for."""

    candidate: Candidate
    baseline: Baseline
    staleness: Staleness
    """As after landing; full where the release turned out to be corrupt."""


def prepare(context: RefreshContext, staleness: Staleness) -> PreparedCandidate:
    """Make the candidate: a copy of the current release, or new files where history is rebuilt.

    The release is verified first, since nothing may be built on a corrupt one. Raises `PublicationRefused`
    where it cannot be copied, `ResourceExhausted` where the disk is full.
    """
    import duckdb

    from semantic_layer.exports import drop_exports, exports_of

    baseline = verified_baseline(context.home)
    if not staleness.full and baseline.directory is None:
        reasons = (*staleness.reasons, baseline.corruption)
        staleness = replace(staleness, reasons=reasons, full=True, corruption=baseline.corruption)
        context.report.detail(baseline.corruption)
    candidate = publication.prepare_candidate(context.home, context.run_id, full=staleness.full)
    with duckdb.connect(str(candidate.warehouse)) as connection:
        ingestion.write_landing_schema(
            connection, context.settings, context.home, run_id=context.run_id
        )
    if baseline.directory is not None and not staleness.full:
        with duckdb.connect(str(candidate.marts)) as connection:
            # Rewritten from today's saved queries, unless they are no longer defined.
            drop_exports(connection, exports_of(baseline.directory / SEMANTIC_MANIFEST, taken=()))
    failpoint("refresh.landing_shown")
    return PreparedCandidate(candidate=candidate, baseline=baseline, staleness=staleness)


def reopen(context: RefreshContext, staleness: Staleness) -> PreparedCandidate:
    """The candidate that an earlier step made in another process.

    Raises `PublicationRefused` where there is none.
    """
    return PreparedCandidate(
        candidate=publication.open_candidate(context.home, context.run_id),
        baseline=verified_baseline(context.home),
        staleness=staleness,
    )
