"""Gate 2: what dbt built, and what its tests found, with the keys of the rows that fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from orchestration.core.records import Severity
from orchestration.quality.dbt_manifest import (
    Node,
    check_name,
    expected_of,
    model_name,
    model_of,
    relation_of_model,
    remedy_of,
    severity_of,
    tests_of,
)
from orchestration.quality.failed_keys import failed_keys
from orchestration.quality.limits import About
from orchestration.quality.masking import SAMPLES, shown_text
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.registry import check
from orchestration.quality.standing_exceptions import DBT_TESTS
from orchestration.quality.subjects import Definitions, GateInput, NodeOutcome

MODELS_BUILT = "dbt.models_built"


@check(
    gate=2,
    name=MODELS_BUILT,
    on="all models",
    remedy="`embudo validate` checks models and metrics in seconds; the log of the run has dbt's message.",
)
def models_built(candidate: GateInput) -> Finding:
    """Models and seeds that dbt began and did not build."""
    outcomes = candidate.last_outcomes.values()
    built = [o for o in outcomes if o.unique_id.split(".")[0] in ("model", "seed", "snapshot")]
    broken = [o.unique_id.split(".")[2] for o in built if o.status != "success"]
    observed = f"{len(built) - len(broken)} of {len(built)} built"
    expected = "every model and seed that was begun is built"
    if broken:
        # what is not there cannot be examined, nor waived
        return could_not_run(
            expected=expected, reason=f"{observed}; not {', '.join(sorted(broken)[:SAMPLES])}"
        )
    return Finding(passed=True, observed=observed, expected=expected)


def dbt_test_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per enabled data test. Unit tests examine SQL and not data, so they are required only where
    the definitions require them.
    """
    tests = tests_of(definitions.manifest, unit_tests=definitions.unit_tests)
    return {check_name(test): model_name(test) for test in tests}


@check(
    gate=2,
    name=DBT_TESTS,
    has_share=True,
    on="each model",
    names=dbt_test_names,
    remedy="Look the keys up in the source (failed_keys.json of the run has them all) and correct them "
    "there or in embudo.yml; a model that was changed may be at fault as well.",
)
def dbt_tests(
    candidate: GateInput,
    *,
    warn_growth_share: Annotated[
        float, About("rows of a model by which a warning may grow between releases", high=1)
    ] = 0.1,
    warn_growth_rows: Annotated[int, About("rows by which a warning may grow besides")] = 20,
) -> Iterator[Finding]:
    """dbt's data tests and unit tests.

    A test that only warns stands for what real companies live with, such as orders of unknown accounts. It
    has a limit all the same, once there is a release: the share of the model's rows that it warned of there,
    plus `warn_growth_share` of the rows and `warn_growth_rows`. A test without an outcome brings no result,
    so that it is missing from the receipt.
    """
    before = _warned_shares(candidate.previous) if candidate.previous is not None else None
    for test in tests_of(candidate.manifest, unit_tests=True):
        outcome = candidate.last_outcomes.get(test["unique_id"])
        if outcome is None:
            continue
        limit = None
        model = model_of(test, candidate.manifest)
        is_comparable = not candidate.affected.why("", model_name(test))
        if outcome.status == "warn" and before is not None and model is not None and is_comparable:
            share = before.get(check_name(test), 0.0) + warn_growth_share
            limit = int(share * _rows(model, candidate)) + warn_growth_rows
        yield _test_finding(test, outcome, candidate, limit)


def _warned_shares(previous: Path) -> dict[str, float]:
    """Check to the share of its model's rows that it warned of in a release."""
    import duckdb

    marts = previous / "marts.duckdb"
    try:
        with duckdb.connect(str(marts), read_only=True) as connection:
            rows = connection.execute(
                "select check_name, failures / estimated_size from quality.checks "
                "join duckdb_tables() on table_name = subject "
                "where gate = 2 and failures > 0 and estimated_size > 0"
            ).fetchall()
    except duckdb.CatalogException:
        return {}
    return {str(name): float(share) for name, share in rows}


def _rows(model: Node, candidate: GateInput) -> int:
    databases = candidate.databases
    try:
        with databases.open() as connection:
            sql = f"select count(*) from {relation_of_model(model)}"
            row = connection.execute(sql).fetchone()
    except databases.errors:
        return 0
    return int(row[0]) if row else 0


def _test_finding(
    test: Node, outcome: NodeOutcome, candidate: GateInput, warn_limit: int | None
) -> Finding:
    name, subject, expected = check_name(test), model_name(test), expected_of(test)
    model = model_of(test, candidate.manifest)
    if outcome.status not in ("pass", "warn", "fail"):
        reason = f"dbt reports {outcome.status}" + (
            f": {outcome.message}" if outcome.message else ""
        )
        return could_not_run(name=name, subject=subject, expected=expected, reason=reason)
    severity: Severity = "error" if outcome.status == "fail" else "warn"
    is_data_test = test["resource_type"] == "test"
    keys: tuple[str, ...] = ()
    if outcome.status != "pass" and is_data_test:
        keys = failed_keys(
            test,
            manifest=candidate.manifest,
            artifacts=candidate.artifacts,
            databases=candidate.databases,
        )
    return Finding(
        name=name,
        subject=subject,
        passed=outcome.status == "pass",
        severity=severity if outcome.status != "pass" else severity_of(test),
        observed=f"{outcome.failures:,} row(s)" if is_data_test else shown_text(outcome.status),
        expected=expected,
        failures=outcome.failures,
        keys=keys,
        warn_limit=warn_limit,
        seconds=outcome.seconds,
        remedy=remedy_of(test),
        rows=_rows(model, candidate) if model is not None and outcome.status != "pass" else 0,
    )
