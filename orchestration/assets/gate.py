"""Gate 3 as asset checks, shown beside the marts that they check.

What a check tests belongs to `quality`.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.models import mart_keys
from orchestration.assets.release import METRIC_VALUES, export_key
from orchestration.core.records import CheckResult
from orchestration.refresh.gate_requirements import mart_checks
from orchestration.refresh.metric_definitions import saved_query_tables
from orchestration.refresh.session import RefreshSession
from orchestration.resources import RESOURCE_KEY, plain_errors
from orchestration.transformation.project import Project


def quality_gate(project: Project) -> dg.AssetChecksDefinition:
    """Gate 3 as checks on the marts that are their subjects, or on the metric values."""
    exported = [export_key(table) for table in saved_query_tables(project)]
    by_name = {key.path[-1]: key for key in mart_keys(project.manifest)}
    subjects = {
        name: by_name.get(subject, METRIC_VALUES) for name, subject in mart_checks(project).items()
    }
    specs = [
        dg.AssetCheckSpec(
            _dagster_name(name),
            asset=key,
            # Only the release comes after the metric values, so only the release waits for the gate.
            blocking=key == METRIC_VALUES,
            additional_deps=[*exported, *([] if key == METRIC_VALUES else [METRIC_VALUES])],
        )
        for name, key in subjects.items()
    ]

    @dg.multi_asset_check(name="quality_gate", specs=specs, required_resource_keys={RESOURCE_KEY})
    def gate(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        run: RefreshSession = context.resources.refresh
        with plain_errors(run):
            report = run.check()
        results = {_dagster_name(check.name): check for check in report.checks}
        for spec in specs:
            yield _result(spec, results.get(spec.name))
        with plain_errors(run):
            run.sign()

    return gate


def _result(spec: dg.AssetCheckSpec, check: CheckResult | None) -> dg.AssetCheckResult:
    if check is None:
        return dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=False,
            description="The check did not run, which counts as failed.",
        )
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=check.outcome == "pass",
        severity=(
            dg.AssetCheckSeverity.WARN if check.outcome == "warn" else dg.AssetCheckSeverity.ERROR
        ),
        metadata={
            "observed": check.observed,
            "expected": check.expected,
            "failures": check.failures,
            "seconds": round(check.seconds, 3),
        },
    )


def _dagster_name(check_name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in check_name)
