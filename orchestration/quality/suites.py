"""Gate 3a: Great Expectations on the marts, in SQL inside DuckDB.

One suite a mart, in an ephemeral context, told results as booleans only, so that no row gets into
them; what failed is counted afterwards, with sample keys. It fails closed: where Great
Expectations is missing, raises, or leaves an expectation out, that expectation has failed. What is
expected stands in `expectations.yml`.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases, identifier
from orchestration.quality.expectations import Expectation, MartExpectations
from orchestration.quality.judgement import could_not_run, judged
from orchestration.quality.masking import KEPT, is_shown, shown

_QUIET = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "TQDM_DISABLE": "1"}

GATE = 3


def preload() -> None:
    """Import Great Expectations (4 to 12 s), e.g. in a thread while dbt works. Errors wait for
    the gate.
    """
    try:
        _import()
    except Exception:
        logging.getLogger(__name__).debug("Great Expectations cannot be imported", exc_info=True)


def check_marts(
    marts: Sequence[MartExpectations], *, databases: Databases, revenue_from: str = "orders"
) -> tuple[CheckResult, ...]:
    """One result an expectation, whatever happens."""
    expectations = [e for mart in marts for e in mart.expectations]
    try:
        wanted = _tables_that_need_rows(marts, databases, revenue_from)
        kept = _validate(marts, databases, wanted)
        return _with_counts(marts, kept, databases)
    except Exception as error:
        # fails closed: whatever Great Expectations, SQLAlchemy or DuckDB raise
        reason = f"{type(error).__name__}: {error}"
        return tuple(_broken(expectation, reason) for expectation in expectations)


def _broken(expectation: Expectation, reason: str) -> CheckResult:
    return could_not_run(
        gate=GATE,
        name=expectation.name,
        subject=_subject(expectation),
        expected=expectation.expected,
        reason=reason,
    )


def _subject(expectation: Expectation) -> str:
    return expectation.table.split(".")[1]


def _import() -> Any:
    os.environ.update(_QUIET)
    import great_expectations

    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "great_expectations":
            logging.getLogger(name).setLevel(logging.ERROR)
    return great_expectations


def _validate(
    marts: Sequence[MartExpectations], databases: Databases, wanted: Mapping[str, bool]
) -> dict[str, tuple[bool | None, str, float]]:
    """Expectation name to whether it is kept (None: could not run), why not, and its suite's
    seconds.
    """
    gx = _import()
    from orchestration.quality.duckdb_dialect import SCHEME, engine_arguments, register

    register()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        name="marts",
        connection_string=f"{SCHEME}:///:memory:",
        create_temp_table=False,
        kwargs=engine_arguments(databases.marts, memory_limit=databases.memory_limit),
    )
    outcomes: dict[str, tuple[bool | None, str, float]] = {}
    try:
        for mart in marts:
            began = time.monotonic()
            try:
                found = _run_suite(gx, context, source, mart, needs_rows=wanted[mart.table])
            except Exception as error:
                # one mart that cannot be checked leaves the others to be
                text = f"{type(error).__name__}: {error}"
                found = {e.name: (None, text) for e in mart.expectations}
            seconds = time.monotonic() - began
            outcomes |= {name: (kept, why, seconds) for name, (kept, why) in found.items()}
    finally:
        # each keeps a pool of its own, and the file has to be closed before it is sealed
        source.get_execution_engine().close()
        source.get_engine().dispose()
    return outcomes


def _run_suite(
    gx: Any, context: Any, source: Any, mart: MartExpectations, *, needs_rows: bool
) -> dict[str, tuple[bool | None, str]]:
    schema, table = mart.table.split(".")
    asset = source.add_table_asset(name=mart.table, table_name=table, schema_name=schema)
    suite = context.suites.add(
        gx.ExpectationSuite(
            name=mart.table,
            expectations=[_as_gx(gx, e, needs_rows=needs_rows) for e in mart.expectations],
        )
    )
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=mart.table, data=asset.add_batch_definition_whole_table("all"), suite=suite
        )
    )
    outcomes: dict[str, tuple[bool | None, str]] = {}
    for result in validation.run(result_format="BOOLEAN_ONLY").results:
        name = str(result.expectation_config.meta["name"])
        reason = _raised(result.exception_info)
        outcomes[name] = (None if reason else bool(result.success), reason)
    return outcomes


def _raised(information: Any) -> str:
    """What an expectation raised; Great Expectations nests this by metric where a metric raised."""
    if not isinstance(information, dict):
        return ""
    if "raised_exception" in information:
        if not information["raised_exception"]:
            return ""
        return str(information.get("exception_message") or "it raised")
    return next((reason for reason in map(_raised, information.values()) if reason), "")


def _as_gx(gx: Any, expectation: Expectation, *, needs_rows: bool) -> Any:
    known = gx.expectations
    meta = {"name": expectation.name}
    column = expectation.columns[0] if expectation.columns else ""
    match expectation.kind:
        case "has_rows":
            minimum = 1 if needs_rows else 0
            return known.ExpectTableRowCountToBeBetween(min_value=minimum, meta=meta)
        case "not_null":
            return known.ExpectColumnValuesToNotBeNull(
                column=column, mostly=expectation.mostly, meta=meta
            )
        case "unique":
            return known.ExpectColumnValuesToBeUnique(
                column=column, mostly=expectation.mostly, meta=meta
            )
        case "between":
            return known.ExpectColumnValuesToBeBetween(
                column=column,
                min_value=expectation.minimum,
                max_value=expectation.maximum,
                mostly=expectation.mostly,
                meta=meta,
            )
        case "one_of":
            return known.ExpectColumnValuesToBeInSet(
                column=column,
                value_set=list(expectation.values),
                mostly=expectation.mostly,
                meta=meta,
            )
        case "in_order":
            first, second = expectation.columns
            return known.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=second,
                column_B=first,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                mostly=expectation.mostly,
                meta=meta,
            )
        case "never":
            query = f"select 1 as found from {{batch}} where {expectation.breaks} limit 1"
            return known.UnexpectedRowsExpectation(unexpected_rows_query=query, meta=meta)


def _tables_that_need_rows(
    marts: Sequence[MartExpectations], databases: Databases, revenue_from: str
) -> dict[str, bool]:
    """Mart to whether one of its streams has a row that belongs into it."""
    needs = {}
    with databases.open() as connection:
        for mart in marts:
            conditions = dict(mart.rows_when)
            if revenue_from == "deals" and "orders" in conditions:
                conditions = {"deals": "status = 'won'"}
            parts = [
                f"exists (select 1 from warehouse.landing.{identifier(stream)} "
                f"where not _is_deleted and {condition})"
                for stream, condition in conditions.items()
            ]
            sql = f"select {' and '.join(parts) or 'false'}"
            row = connection.execute(sql).fetchone()
            needs[mart.table] = bool(row and row[0])
    return needs


def _with_counts(
    marts: Sequence[MartExpectations],
    kept: Mapping[str, tuple[bool | None, str, float]],
    databases: Databases,
) -> tuple[CheckResult, ...]:
    """Results with counts and sample keys of what failed, asked of DuckDB directly."""
    results = []
    with databases.open() as connection:
        for mart in marts:
            for expectation in mart.expectations:
                good, why, seconds = kept.get(
                    expectation.name, (None, "Great Expectations gave no result for it", 0.0)
                )
                if good is None:
                    results.append(_broken(expectation, why))
                    continue
                counted = (0, 0, ()) if good else _count(connection, mart, expectation)
                failures, total, keys = counted
                observed = "kept" if good else f"{failures:,} of {total:,} rows break it"
                if not good and expectation.kind == "has_rows":
                    observed = "no rows"
                results.append(
                    judged(
                        gate=GATE,
                        name=expectation.name,
                        subject=_subject(expectation),
                        good=good,
                        observed=observed,
                        expected=expectation.expected,
                        severity=expectation.severity,
                        failures=failures,
                        keys=keys,
                        warn_limit=expectation.warn_limit,
                        seconds=round(seconds / max(len(mart.expectations), 1), 4),
                    )
                )
    return tuple(results)


def _count(
    connection: Any, mart: MartExpectations, expectation: Expectation
) -> tuple[int, int, tuple[str, ...]]:
    relation = "marts." + ".".join(identifier(part) for part in mart.table.split("."))
    total = int(connection.execute(f"select count(*) from {relation}").fetchone()[0])
    if not expectation.breaks:
        return 0, total, ()
    clause = "qualify" if expectation.kind == "unique" else "where"
    broken = f"from {relation} {clause} {expectation.breaks}"
    key = identifier(mart.key)
    counted = connection.execute(f"select count(*) from (select {key} {broken})").fetchone()
    keys: tuple[str, ...] = ()
    if is_shown(mart.key):
        rows = connection.execute(
            f"select distinct {key} from (select {key} {broken}) order by 1 limit {KEPT}"
        ).fetchall()
        keys = shown(row[0] for row in rows)
    return int(counted[0]), total, keys
