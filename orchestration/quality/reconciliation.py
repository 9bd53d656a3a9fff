"""Gate 3b: marts against landing, row by row: what a join dropped, doubled or changed is found.

Comparing two queries is done here; which queries stands in `reconciliations`. What must hold inside
one mart belongs to `expectations.yml`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases
from orchestration.quality.judgement import could_not_run, judged
from orchestration.quality.masking import KEPT, shown
from orchestration.quality.reconciliations import Reconciliation, reconciliations

GATE = 3

_CENT = "0.005 + 1e-6 * abs(expected.amount)"
"""How far an amount may be off: rounding to cents, or a millionth of a big one."""


def reconciliation_names(*, revenue_from: str = "orders") -> dict[str, str]:
    """Check name to the mart that it looks at."""
    return {r.name: _subject(r) for r in reconciliations(revenue_from=revenue_from)}


def check_reconciliation(
    *, databases: Databases, revenue_from: str = "orders"
) -> tuple[CheckResult, ...]:
    """One result a reconciliation, whatever happens."""
    wanted = reconciliations(revenue_from=revenue_from)
    try:
        with databases.open() as connection:
            return tuple(_reconciled(connection, r, databases.errors) for r in wanted)
    except databases.errors as error:
        return tuple(_broken(r, str(error)) for r in wanted)


def _reconciled(
    connection: Any, reconciliation: Reconciliation, errors: tuple[type[Exception], ...]
) -> CheckResult:
    began = time.monotonic()
    try:
        connection.execute(
            f"create or replace temp table compared as {_comparison(reconciliation)}"
        )
        row = connection.execute(_SUMMARY).fetchone()
        found = dict(zip(("rows", "missing", "unexpected", "doubled", "changed"), row, strict=True))
        failures = sum(found.values()) - found["rows"]
        keys: tuple[str, ...] = ()
        if failures:
            sample = f"select key from compared where fault is not null order by key limit {KEPT}"
            keys = shown(key for (key,) in connection.execute(sample).fetchall())
    except errors as error:
        return _broken(reconciliation, str(error))
    return judged(
        gate=GATE,
        name=reconciliation.name,
        subject=_subject(reconciliation),
        good=failures == 0,
        observed=_observed(found),
        expected=f"the same {reconciliation.what}",
        failures=failures,
        keys=keys,
        seconds=round(time.monotonic() - began, 4),
    )


def _comparison(reconciliation: Reconciliation) -> str:
    """Every key of either side with what is wrong with it, if anything."""
    return f"""
        with expected as (
            select key, sum(amount) as amount, bool_or(amount is null) as is_open, min(facts) as facts
            from ({_columns(reconciliation.expected, facts=reconciliation.facts)}) group by key
        ),
        found as (
            select key, count(*) as times, sum(amount) as amount, min(facts) as facts
            from ({_columns(reconciliation.found, facts=reconciliation.facts)}) group by key
        )
        select
            coalesce(expected.key, found.key) as key,
            case
                when found.key is null then 'missing'
                when expected.key is null then 'unexpected'
                when found.times > 1 then 'doubled'
                when not expected.is_open
                    and not coalesce(abs(found.amount - expected.amount) <= {_CENT}, false)
                    then 'changed'
                when expected.facts is distinct from found.facts then 'changed'
            end as fault
        from expected full join found on expected.key = found.key
    """


def _columns(query: str, *, facts: bool) -> str:
    return query if facts else f"select *, null as facts from ({query})"


_SUMMARY = """
    select
        count(*),
        count(*) filter (fault = 'missing'),
        count(*) filter (fault = 'unexpected'),
        count(*) filter (fault = 'doubled'),
        count(*) filter (fault = 'changed')
    from compared
"""


def _observed(found: Mapping[str, int]) -> str:
    faults = [f"{count:,} {name}" for name, count in found.items() if count and name != "rows"]
    return f"{', '.join(faults) or 'none missing'} of {found['rows']:,}"


def _subject(reconciliation: Reconciliation) -> str:
    return reconciliation.mart.split(".")[1]


def _broken(reconciliation: Reconciliation, reason: str) -> CheckResult:
    return could_not_run(
        gate=GATE,
        name=reconciliation.name,
        subject=_subject(reconciliation),
        expected=f"the same {reconciliation.what}",
        reason=reason,
    )
