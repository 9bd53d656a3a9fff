"""Gate 3: marts and landed rows, parts and wholes, metrics and marts, compared row by row.

What a join dropped, doubled or changed is found. Which queries are compared stands in the suite files.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from orchestration.core.words import folded
from orchestration.privacy.public_texts import MASKED_TEXTS
from orchestration.privacy.redaction import MASK
from orchestration.quality.limits import About
from orchestration.quality.marts import table_of
from orchestration.quality.masking import KEPT, shown
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.reconciliation_sql import Reconciliation
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput


def _reconciliations(definitions: Definitions, prefix: tuple[str, ...]) -> list[Reconciliation]:
    declared = [
        reconciliation for suite in definitions.suites for reconciliation in suite.reconciliations
    ]
    wanted = [
        reconciliation for reconciliation in declared if reconciliation.name.startswith(prefix)
    ]
    if definitions.revenue_from == "deals":
        return [reconciliation.from_deals or reconciliation for reconciliation in wanted]
    return wanted


def _names(definitions: Definitions, *prefix: str) -> Mapping[str, str]:
    return {
        reconciliation.name: table_of(reconciliation.mart)
        for reconciliation in _reconciliations(definitions, prefix)
    }


def reconciled_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per reconciliation in the suite files."""
    return _names(definitions, "reconcile.")


def parts_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per pair of marts in the suite files."""
    return _names(definitions, "parts.")


@check(
    gate=3,
    name="reconcile.<stream or metric>",
    on="each mart",
    names=reconciled_names,
    remedy="The mart differs from what landed: undo the last change of its models (`embudo diff` shows what "
    "moved), or change the reconciliation beside the mart if the new figures are meant.",
)
def reconciliation(
    candidate: GateInput,
    *,
    cents: Annotated[float, About("by how much an amount may be off")] = 0.005,
    share_of_amount: Annotated[
        float, About("by which part of itself it may be off besides", high=1)
    ] = 1e-6,
) -> Iterator[Finding]:
    """Rows, amounts and facts of a mart, compared with landed rows; months of a metric, compared with plain
    SQL over its mart. An amount may be off by rounding to cents, or a millionth of a big one.
    """
    yield from _compare_all(candidate, "reconcile.", cents, share_of_amount)


@check(
    gate=3,
    name="parts.<whole>",
    on="each mart",
    names=parts_names,
    remedy="Two marts disagree: undo the last change of their models (`embudo diff` shows what moved).",
)
def parts(
    candidate: GateInput,
    *,
    cents: Annotated[float, About("by how much an amount may be off")] = 0.005,
    share_of_amount: Annotated[
        float, About("by which part of itself it may be off besides", high=1)
    ] = 1e-6,
) -> Iterator[Finding]:
    """A mart, compared with the mart that it adds up or takes apart."""
    yield from _compare_all(candidate, "parts.", cents, share_of_amount)


def _compare_all(
    candidate: GateInput, prefix: str, cents: float, share_of_amount: float
) -> Iterator[Finding]:
    with candidate.databases.open() as connection:
        is_masked = _is_masked(connection)
        for reconciliation in _reconciliations(candidate.definitions, (prefix,)):
            began = time.monotonic()
            try:
                tolerance = f"{cents} + {share_of_amount} * abs(expected.amount)"
                sql = _comparison(reconciliation, tolerance, is_masked=is_masked)
                counts, keys = _compare(connection, sql)
            except candidate.databases.errors as error:
                yield could_not_run(
                    name=reconciliation.name,
                    subject=table_of(reconciliation.mart),
                    expected=f"the same {reconciliation.what}",
                    reason=str(error),
                )
                continue
            failures = sum(counts.values()) - counts["rows"]
            yield Finding(
                name=reconciliation.name,
                subject=table_of(reconciliation.mart),
                passed=failures == 0,
                observed=_observed(counts),
                expected=f"the same {reconciliation.what}",
                failures=failures,
                keys=keys,
                seconds=round(time.monotonic() - began, 4),
            )


def _compare(connection: Any, comparison: str) -> tuple[dict[str, int], tuple[str, ...]]:
    connection.execute(f"create or replace temp table compared as {comparison}")
    row = connection.execute(_SUMMARY).fetchone()
    counts = dict(zip(("rows", "missing", "unexpected", "doubled", "changed"), row, strict=True))
    if sum(counts.values()) == counts["rows"]:
        return counts, ()
    sample = f"select key from compared where fault is not null order by key limit {KEPT}"
    return counts, shown(key for (key,) in connection.execute(sample).fetchall())


def _is_masked(connection: Any) -> bool:
    """Whether texts of this candidate's marts were masked, so that they differ from what landed."""
    return bool(
        connection.execute(
            "select 1 from duckdb_tables() where database_name = 'warehouse' "
            f"and table_name = '{MASKED_TEXTS}'"
        ).fetchall()
    )


def _comparison(reconciliation: Reconciliation, tolerance: str, *, is_masked: bool) -> str:
    """Every key of either side with what is wrong with it, if anything. Texts that are masked are not compared: neither
    as facts, nor as groups that add up rows by a text.
    """
    masked = "false"
    if is_masked and not reconciliation.stream_key:
        masked = (
            f"exists (select 1 from warehouse.landing.{MASKED_TEXTS} as texts "
            "where contains(expected.key, texts.value) "
            f"or contains(expected.key, {folded('texts.value')}))"
        )
    expected, actual = (
        query if reconciliation.has_facts else f"select *, null as facts from ({query})"
        for query in reconciliation.queries()
    )
    return f"""
        with expected as (
            select key, sum(amount) as amount, bool_or(amount is null) as is_open, min(facts) as facts
            from ({expected}) group by key
        ),
        found as (
            select key, count(*) as times, sum(amount) as amount, min(facts) as facts
            from ({actual}) group by key
        )
        select
            coalesce(expected.key, found.key) as key,
            case
                when found.key is null then case when not {masked} then 'missing' end
                when expected.key is null
                    then case when not contains(found.key, '{MASK}') then 'unexpected' end
                when found.times > 1 then 'doubled'
                when not expected.is_open
                    and not coalesce(abs(found.amount - expected.amount) <= {tolerance}, false)
                    then 'changed'
                when expected.facts is distinct from found.facts
                    and not coalesce(contains(found.facts, '{MASK}'), false) then 'changed'
            end as fault
        from expected full join found on expected.key = found.key
    """


_SUMMARY = """
    select
        count(*),
        count(*) filter (fault = 'missing'),
        count(*) filter (fault = 'unexpected'),
        count(*) filter (fault = 'doubled'),
        count(*) filter (fault = 'changed')
    from compared
"""


def _observed(counts: Mapping[str, int]) -> str:
    faults = [f"{count:,} {name}" for name, count in counts.items() if count and name != "rows"]
    return f"{', '.join(faults) or 'none missing'} of {counts['rows']:,}"
