"""The gate as a whole: which checks a candidate needs, and gates 2 and 3 run on it.

Gate 1 checks loads before anything is built (`loads`), gate 2 what dbt built and tested, gate 3 the marts
and the metrics. The checks themselves stand in `checks/`; publishing does not belong here.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality.databases import AT_ONCE
from orchestration.quality.exception_usage import keep_usage
from orchestration.quality.intended_changes import lightened
from orchestration.quality.metric_values import MetricMeta
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.private_reports import without_personal_data
from orchestration.quality.registry import Check, checks_of
from orchestration.quality.row_origins import with_origins
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.quality.verdict import waive

_LOG = logging.getLogger(__name__)


def required_checks(
    manifest: Mapping[str, Any],
    *,
    metrics: Sequence[MetricMeta],
    revenue_from: str = "orders",
    unit_tests: bool = False,
    gates: Collection[int] = (1, 2, 3),
) -> dict[str, str]:
    """Name of every check of these gates that must have run before a candidate may be published, with what it
    examines (a stream, model, mart or metric).
    """
    definitions = Definitions(
        manifest=manifest, metrics=metrics, revenue_from=revenue_from, unit_tests=unit_tests
    )
    names: dict[str, str] = {}
    for check in checks_of(*gates):
        names |= (
            check.names_in(definitions) if check.per == "candidate" else {check.name: "all streams"}
        )
    return names


def run_gate(candidate: GateInput) -> GateReport:
    """Run gates 2 and 3 and return the report of all three; no failing check raises."""
    results = with_origins(run_checks(candidate, gates=(2, 3)), candidate)
    checks = without_personal_data((*candidate.loads, *results), candidate)
    report = waive(GateReport(run_id=candidate.run_id, checks=checks), candidate.waivers)
    if candidate.exceptions.specs:
        keep_usage(candidate.directory, report, candidate.exceptions, candidate.previous)
    return report


def run_checks(candidate: GateInput, *, gates: Collection[int]) -> tuple[CheckResult, ...]:
    """The results of these gates' checks on a candidate, in the registry's order; no failing check raises.

    Modules of checks run beside one another, the checks of a module in turn: what they share is made once.
    """
    checks = [check for check in checks_of(*gates) if check.per == "candidate"]
    modules = [list(group) for _, group in groupby(checks, key=lambda check: check.module)]
    # made before threads ask for it: a cached property has no lock from Python 3.12 on
    _ = candidate.databases, candidate.definitions
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        results = pool.map(partial(_run_in_turn, candidate=candidate), modules)
        return tuple(result for of_module in results for result in of_module)


def _run_in_turn(checks: Sequence[Check], *, candidate: GateInput) -> list[CheckResult]:
    return [result for check in checks for result in run_check(check, candidate)]


def run_check(check: Check, candidate: GateInput) -> list[CheckResult]:
    """One check's results; where it raises, each of its names has failed."""
    try:
        findings = check.run(candidate, candidate.limits)
    except Exception as error:
        # fails closed: whatever DuckDB, Great Expectations or a check's own code raise
        _LOG.debug("Check %s raised", check.name, exc_info=True)
        reason = f"{type(error).__name__}: {error}"
        findings = tuple(
            could_not_run(name=name, subject=subject, expected="a check that runs", reason=reason)
            for name, subject in check.names_in(candidate.definitions).items()
        )
    known: dict[str, tuple[Finding, ...]] = {}

    def comparable(found: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(
            lightened(finding, candidate.affected, name=check.name, compares=check.compares)
            for finding in found
        )

    def rerun(limits: Mapping[str, float]) -> tuple[Finding, ...]:
        key = str(sorted(limits.items()))
        if key not in known:
            try:
                found = check.run(candidate, {**candidate.limits, **limits})
            except Exception:  # fails closed: what was found with the usual limits stands
                _LOG.debug("Check %s raised with other limits", check.name, exc_info=True)
                found = findings
            known[key] = comparable(found)
        return known[key]

    return [
        candidate.exceptions.result(finding, family=check.name, result_of=check.result, rerun=rerun)
        for finding in comparable(findings)
    ]
