"""Step 6: seal the candidate and sign its receipt, without which nothing is published."""

from __future__ import annotations

from orchestration import ingestion, publication, quality
from orchestration.core.failpoints import failpoint
from orchestration.core.records import GateReport, LandingResult, Receipt
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.waivers import use_waivers
from orchestration.publication import Candidate
from orchestration.refresh.asset_facts import asset_facts
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.gate_requirements import required_checks
from orchestration.refresh.steps.build import Build


def sign(
    context: RefreshContext,
    *,
    report: GateReport,
    landed: LandingResult,
    candidate: Candidate,
    built: Build,
) -> Receipt:
    """Put the gate's results into the marts, seal the files and sign them.

    Raises `GateFailed` with every check that failed or did not run.
    """
    required = tuple(required_checks(context.project, unit_tests=built.unit_tests))
    quality.raise_if_failed(report, required)
    with ingestion.Ledger(context.home.ledger) as ledger:
        loads = [load for load, _ in active_loads(ledger)]
    quality.write_results(candidate.marts, report, loads=loads)
    failpoint("refresh.results_written")
    quality.write_facts(
        candidate.marts,
        context.run_id,
        steps=context.report.facts,
        assets=asset_facts(landed, built.nodes, rows=built.rows, peaks=built.peaks),
    )
    receipt = quality.write_receipt(
        candidate.directory, report, required, publication.seal(candidate)
    )
    # Before publishing: a waiver may let out one release, whatever happens in between.
    with ingestion.Ledger(context.home.ledger) as ledger:
        used = quality.used_waivers(report, context.waivers)
        use_waivers(ledger, used, run_id=context.run_id)
    failpoint("refresh.signed")
    return receipt
