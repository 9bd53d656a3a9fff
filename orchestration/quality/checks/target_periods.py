"""Gate 3: targets that came since the last release, beside those of the periods before: last year's delivered again,
totals of another scale, a region or team that has none any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.quality.checks.stream_agreement import AGREEMENTS_FILE
from orchestration.quality.kept_shares import KeptShares
from orchestration.quality.landed_columns import newest_rows
from orchestration.quality.masking import shown
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import GateInput
from orchestration.quality.target_totals import TARGET_LIMITS, Target, TargetLimits, target_faults
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@check(
    gate=3,
    name="agree.targets.periods",
    on="targets",
    remedy="Deliver the targets of the period that runs, complete and in the unit of the periods before; if they are "
    "meant to be so, waive it.",
)
def target_periods(candidate: GateInput, *, targets: TargetLimits = TARGET_LIMITS) -> Finding:
    """Targets that are new since the last release: all of another year while the running period has none, or a total
    of five times or a fifth of the last period and of a year ago, stop; a total nearly doubled or halved, and regions,
    teams or several reps that have none any more, warn.
    """
    since = KeptShares.read(candidate.previous, AGREEMENTS_FILE).load_seq
    faults = []
    if since >= 0:
        with candidate.databases.open() as connection:
            row = connection.execute("select as_of_on from warehouse.landing.settings").fetchone()
            landed = _targets(connection, since)
        if row is not None and any(target.is_new for target in landed):
            faults = sorted(
                target_faults(landed, row[0], targets), key=lambda fault: fault.severity != "error"
            )
    return Finding(
        passed=not faults,
        severity=faults[0].severity if faults else "error",
        observed="; ".join(shown(fault.text for fault in faults))
        or "targets as in the periods before",
        expected="targets of the running period, of the size and for whom the last one had some",
        failures=sum(fault.failures for fault in faults),
        keys=shown(dict.fromkeys(key for fault in faults for key in fault.keys)),
    )


def _targets(connection: DuckDBPyConnection, since: int) -> list[Target]:
    stream = load_contract()["targets"]
    columns = [
        "metric",
        "scope",
        "scope_key",
        "period_grain",
        "period_start",
        "target",
        "_load_seq",
    ]
    rows = connection.execute(newest_rows(stream, columns)).fetchall()
    return [
        Target(metric, scope, key or "", grain, period, float(value), seq > since)
        for metric, scope, key, grain, period, value, seq in rows
        if value is not None
    ]
