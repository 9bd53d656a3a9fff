"""Gate 3: what the suite file of each mart expects, checked by Great Expectations inside DuckDB.

It fails closed: where Great Expectations is missing, raises, or leaves an expectation out, that expectation
has failed. What failed is counted afterwards, with sample keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.quality.databases import identifier
from orchestration.quality.expectations import Expectation
from orchestration.quality.gx_validation import Validated, validate
from orchestration.quality.marts import relation_of, table_of
from orchestration.quality.masking import KEPT, is_shown, shown
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.quality.suites import MartSuite

_NO_RESULT = Validated(
    kept=None, reason="Great Expectations gave no result for it", suite_seconds=0.0
)


def expectation_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per expectation."""
    return {e.name: table_of(e.table) for suite in definitions.suites for e in suite.expectations}


@check(
    gate=3,
    name="marts.<mart>.<expectation>",
    has_share=True,
    on="each mart",
    names=expectation_names,
    remedy="Look the keys up in the source (failed_keys.json of the run has them all) and correct the "
    "values there or their mapping in embudo.yml.",
)
def mart_expectations(candidate: GateInput) -> Iterator[Finding]:
    """Values, ranges and conditions that the mart's suite file declares under `expect`."""
    suites, databases = candidate.definitions.suites, candidate.databases
    with databases.open() as connection:
        needs_rows = {s.table: _needs_rows(connection, s, candidate.revenue_from) for s in suites}
    validated = validate(suites, databases=databases, needs_rows=needs_rows)
    with databases.open() as connection:
        for suite in suites:
            for expectation in suite.expectations:
                result = validated.get(expectation.name, _NO_RESULT)
                seconds = round(result.suite_seconds / max(len(suite.expectations), 1), 4)
                yield _finding(connection, suite, expectation, result, seconds)


def _needs_rows(connection: Any, suite: MartSuite, revenue_from: str) -> bool:
    """Whether each of the mart's streams has a row that belongs into it."""
    conditions = dict(suite.rows_when)
    if revenue_from == "deals" and "orders" in conditions:
        conditions = {"deals": "status = 'won'"}
    parts = [
        f"exists (select 1 from warehouse.landing.{identifier(stream)} "
        f"where not _is_deleted and {condition})"
        for stream, condition in conditions.items()
    ]
    row = connection.execute(f"select {' and '.join(parts) or 'false'}").fetchone()
    return bool(row and row[0])


def _finding(
    connection: Any,
    suite: MartSuite,
    expectation: Expectation,
    validated: Validated,
    seconds: float,
) -> Finding:
    name, subject = expectation.name, table_of(expectation.table)
    if validated.kept is None:
        return could_not_run(
            name=name, subject=subject, expected=expectation.expected, reason=validated.reason
        )
    observed, failures, total = "kept", 0, 0
    keys: tuple[str, ...] = ()
    if not validated.kept:
        failures, total, keys = _count(connection, suite, expectation)
        observed = f"{failures:,} of {total:,} rows break it"
        if expectation.kind == "has_rows":
            observed = "no rows"
    return Finding(
        name=name,
        subject=subject,
        passed=validated.kept,
        observed=observed,
        expected=expectation.expected,
        severity=expectation.severity,
        failures=failures,
        keys=keys,
        rows=total,
        warn_limit=expectation.warn_limit,
        remedy=expectation.remedy,
        seconds=seconds,
    )


def _count(
    connection: Any, suite: MartSuite, expectation: Expectation
) -> tuple[int, int, tuple[str, ...]]:
    """Rows that break an expectation, all rows, and keys of the former."""
    relation = relation_of(suite.table)
    total = int(connection.execute(f"select count(*) from {relation}").fetchone()[0])
    if not expectation.breaks:
        return 0, total, ()
    clause = "qualify" if expectation.kind == "unique" else "where"
    broken = f"from {relation} {clause} {expectation.breaks}"
    key = identifier(suite.key)
    counted = connection.execute(f"select count(*) from (select {key} {broken})").fetchone()
    keys: tuple[str, ...] = ()
    if is_shown(suite.key):
        rows = connection.execute(
            f"select distinct {key} from (select {key} {broken}) order by 1 limit {KEPT}"
        ).fetchall()
        keys = shown(row[0] for row in rows)
    return int(counted[0]), total, keys
