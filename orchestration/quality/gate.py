"""The gate as a whole: which checks a candidate needs, and all of them run on it.

Gate 1 looks at loads before anything is built (`loads`), gate 2 at dbt's tests, gate 3 at the
marts and the metrics. The checks themselves stand in their own modules; publishing does not belong
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality import loads as loads_gate
from orchestration.quality.databases import Databases
from orchestration.quality.dbt_results import NodeOutcome, check_dbt, dbt_check_names
from orchestration.quality.drift import check_drift, drift_names
from orchestration.quality.expectations import read_expectations
from orchestration.quality.judgement import accept
from orchestration.quality.metric_sanity import MetricMeta, MetricValue, check_metrics, metric_names
from orchestration.quality.reconciliation import check_reconciliation, reconciliation_names
from orchestration.quality.row_counts import check_row_counts, row_count_names
from orchestration.quality.suites import check_marts


@dataclass(frozen=True)
class GateInput:
    """What the gate needs to know of a candidate whose databases are closed.

    `loads` are gate 1's results; `outcomes` dbt's nodes of all builds of this refresh;
    `values` every metric by month, `previous_values` those of the last release; `previous_rows`
    mart to rows in the last release (empty for none), `previous` the last release's folder;
    `complete_before` the first day of the month that holds the data-as-of day; `accepted` check to
    who lets its breach through, and why.
    """

    run_id: str
    directory: Path
    artifacts: Path
    manifest: Mapping[str, Any]
    loads: Sequence[CheckResult]
    outcomes: Iterable[NodeOutcome]
    metrics: Sequence[MetricMeta]
    values: Iterable[MetricValue]
    complete_before: date
    previous_values: Iterable[MetricValue] = ()
    previous_rows: Mapping[str, int] | None = None
    previous: Path | None = None
    revenue_from: str = "orders"
    rows_lost_share: float = 0.2
    accepted: Mapping[str, str] | None = None


def required_checks(
    manifest: Mapping[str, Any],
    *,
    metrics: Sequence[MetricMeta],
    revenue_from: str = "orders",
    unit_tests: bool = False,
) -> dict[str, str]:
    """Name of every check that must have run before a candidate may be published, with what it
    looks at (a stream, model, mart or metric).
    """
    expectations = [e for mart in read_expectations() for e in mart.expectations]
    return {
        **dict.fromkeys(loads_gate.REQUIRED, "all streams"),
        **dbt_check_names(manifest, unit_tests=unit_tests),
        **{e.name: e.table.split(".")[1] for e in expectations},
        **reconciliation_names(revenue_from=revenue_from),
        **row_count_names(manifest),
        **drift_names(manifest),
        **metric_names(metrics),
    }


def run_gate(given: GateInput) -> GateReport:
    """Run gates 2 and 3 and hand back the report of all three; it raises for no failing check."""
    databases = Databases.of(given.directory)
    previous_values = tuple(given.previous_values)
    checks = (
        *given.loads,
        *check_dbt(
            given.outcomes,
            manifest=given.manifest,
            artifacts=given.artifacts,
            databases=databases,
            previous=given.previous,
        ),
        *check_marts(read_expectations(), databases=databases, revenue_from=given.revenue_from),
        *check_reconciliation(databases=databases, revenue_from=given.revenue_from),
        *check_row_counts(
            given.manifest,
            databases=databases,
            previous=given.previous_rows or {},
            lost_share=given.rows_lost_share,
        ),
        *check_drift(given.manifest, databases=databases, previous=given.previous),
        *check_metrics(
            given.values,
            metrics=given.metrics,
            previous=previous_values,
            jump_severity="error" if previous_values else "warn",
            complete_before=given.complete_before,
        ),
    )
    return accept(GateReport(run_id=given.run_id, checks=checks), given.accepted or {})
