"""Step 5: run gate 3 on marts and metrics, and put the report of all three gates into the candidate."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration import quality
from orchestration.core.failpoints import failpoint
from orchestration.core.records import CheckResult, GateReport
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.evaluation import as_of_of, monthly_values
from orchestration.refresh.gate_requirements import metric_meta
from orchestration.refresh.intended_changes import intended_changes
from orchestration.refresh.steps.build import Build
from orchestration.refresh.steps.prepare import PreparedCandidate


def check(
    context: RefreshContext,
    *,
    load_checks: Sequence[CheckResult],
    prepared: PreparedCandidate,
    built: Build,
) -> GateReport:
    """The report of all three gates, written into the candidate too; no failing check raises."""
    context.report.step("Check marts and metrics")
    candidate, baseline = prepared.candidate, prepared.baseline
    previous = baseline.directory
    report = quality.run_gate(
        quality.GateInput(
            run_id=context.run_id,
            directory=candidate.directory,
            artifacts=candidate.artifacts,
            manifest=context.project.manifest,
            loads=load_checks,
            outcomes=built.nodes,
            metrics=metric_meta(context.project),
            values=monthly_values(candidate.marts),
            complete_before=as_of_of(candidate.warehouse)[1].replace(day=1),
            previous_values=monthly_values(previous / candidate.marts.name) if previous else (),
            previous_rows=baseline.rows,
            previous=previous,
            waivers=context.waivers,
            exceptions=context.exceptions,
            changes=intended_changes(context, previous, removed=prepared.staleness.removed),
            revenue_from=context.settings.revenue_from,
            limits=context.settings.limits.model_dump(exclude_none=True),
            zones={
                source: context.settings.time_zone_of(source) for source in context.settings.sources
            },
        )
    )
    quality.write_gate(candidate.directory, report)
    failpoint("refresh.marts_checked")
    warned = sum(result.outcome == "warn" for result in report.checks)
    context.report.detail(
        f"{len(report.checks)} checks, {len(report.failed)} failed, {warned} warned"
    )
    return report
