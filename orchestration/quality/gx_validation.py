"""Great Expectations on the marts, in SQL inside DuckDB.

One suite per mart, in an ephemeral context, with results as booleans only, so that no row gets into them.
What is expected belongs to `suites`, what a failure means to `checks.mart_expectations`.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orchestration.quality.databases import Databases
from orchestration.quality.expectations import Expectation
from orchestration.quality.suites import MartSuite

_QUIET = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "TQDM_DISABLE": "1"}


@dataclass(frozen=True)
class Validated:
    """Whether an expectation is kept (None: could not run), why not, and the seconds of its suite."""

    kept: bool | None
    reason: str
    suite_seconds: float


def preload() -> None:
    """Import Great Expectations (4 to 12 s), e.g. in a thread while dbt works. Errors wait for
    the gate.
    """
    try:
        _import()
    except Exception:
        logging.getLogger(__name__).debug("Great Expectations cannot be imported", exc_info=True)


def validate(
    suites: Sequence[MartSuite], *, databases: Databases, needs_rows: Mapping[str, bool]
) -> dict[str, Validated]:
    """Expectation to its result. `needs_rows` is mart to whether it must have rows.

    A mart that cannot be checked leaves the others to be; raises what Great Expectations and SQLAlchemy
    raise before the first of them.
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
    validated: dict[str, Validated] = {}
    try:
        for suite in suites:
            began = time.monotonic()
            try:
                results = _run(gx, context, source, suite, needs_rows=needs_rows[suite.table])
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
                results = {e.name: Validated(None, text, 0.0) for e in suite.expectations}
            seconds = time.monotonic() - began
            validated |= {
                name: replace(outcome, suite_seconds=seconds) for name, outcome in results.items()
            }
    finally:
        # each keeps a pool of its own, and the file has to be closed before it is sealed
        source.get_execution_engine().close()
        source.get_engine().dispose()
    return validated


def _import() -> Any:
    os.environ.update(_QUIET)
    import great_expectations

    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "great_expectations":
            logging.getLogger(name).setLevel(logging.ERROR)
    return great_expectations


def _run(
    gx: Any, context: Any, source: Any, mart: MartSuite, *, needs_rows: bool
) -> dict[str, Validated]:
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
    results: dict[str, Validated] = {}
    for result in validation.run(result_format="BOOLEAN_ONLY").results:
        name = str(result.expectation_config.meta["name"])
        reason = _raised(result.exception_info)
        results[name] = Validated(None if reason else bool(result.success), reason, 0.0)
    return results


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
    of_column = {"column": column, "mostly": expectation.mostly, "meta": meta}
    match expectation.kind:
        case "has_rows":
            minimum = 1 if needs_rows else 0
            return known.ExpectTableRowCountToBeBetween(min_value=minimum, meta=meta)
        case "not_null":
            return known.ExpectColumnValuesToNotBeNull(**of_column)
        case "unique":
            return known.ExpectColumnValuesToBeUnique(**of_column)
        case "between":
            return known.ExpectColumnValuesToBeBetween(
                min_value=expectation.minimum, max_value=expectation.maximum, **of_column
            )
        case "one_of":
            return known.ExpectColumnValuesToBeInSet(
                value_set=list(expectation.values), **of_column
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
            # Great Expectations knows no share for queries
            query = (
                "select found from (select count(*) as all_rows, "
                f"count(*) filter (where {expectation.breaks}) as found from {{batch}}) as counted "
                f"where found > {round(1 - expectation.mostly, 6)} * all_rows"
            )
            return known.UnexpectedRowsExpectation(unexpected_rows_query=query, meta=meta)
