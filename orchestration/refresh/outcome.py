"""How a refresh ended: its line in the ledger, and who is notified of it.

What a notification contains and how it is sent belongs to `observability.notifications`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration import publication, quality
from orchestration.core.failpoints import failpoint
from orchestration.core.processes import peak_memory
from orchestration.core.records import CheckResult, GateReport, Release
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.runs import (
    FAILED_CHECKS,
    begin_refresh,
    drop_refresh,
    end_refresh,
)
from orchestration.privacy.redaction import redacted
from orchestration.publication.layout import MARTS
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.staleness import Staleness


@dataclass(frozen=True)
class Outcome:
    """What a run came to. `gate` is None where it ended before the models were built."""

    staleness: Staleness
    load_checks: Sequence[CheckResult] = ()
    gate: GateReport | None = None
    released: Release | None = None
    error: BaseException | None = None

    @property
    def is_idle(self) -> bool:
        """Whether the run found nothing to do."""
        return not self.staleness and self.error is None


def record_outcome(context: RefreshContext, outcome: Outcome, *, seconds: float) -> None:
    """One line in the ledger: how the run ended, why it ran, and what each step took.

    An idle run leaves none.
    """
    with Ledger(context.home.ledger) as ledger:
        if outcome.is_idle:
            drop_refresh(ledger, context.run_id)
            return
        gate, error, released = outcome.gate, outcome.error, outcome.released
        begin_refresh(
            ledger, context.run_id, full=outcome.staleness.full, started_at=context.started_at
        )
        end_refresh(
            ledger,
            context.run_id,
            verdict="failed" if error else gate.verdict if gate else "fail",
            release_id=released.release_id if released else None,
            error=redacted(str(error)) if error else None,
            detail={
                "reasons": list(outcome.staleness.reasons),
                "seconds": round(seconds, 1),
                "steps": context.report.seconds,
                "peak_memory_bytes": peak_memory(),
                "failed_checks": [check.name for check in gate.failed] if gate else [],
                FAILED_CHECKS: _failed_checks(gate.checks if gate else outcome.load_checks),
            },
        )
    failpoint("refresh.written_down")


def _failed_checks(checks: Iterable[CheckResult]) -> list[dict[str, Any]]:
    """What a person may waive, and what could not run: as it is remembered when the candidate is gone."""
    return [
        {
            "check": check.title,
            "observed": check.observed,
            "failures": check.failures,
            "ran": check.ran,
        }
        for check in checks
        if check.outcome == "fail" or check.observed.endswith(quality.LOAD_QUARANTINED)
    ]


def notify(context: RefreshContext, outcome: Outcome) -> list[str]:
    """Send the notifications that embudo.yml configures for such an outcome.

    Returns a sentence for each that could not be sent, which fails no refresh.
    """
    alerts, released = context.settings.alerts, outcome.released
    if outcome.is_idle or not alerts or isinstance(outcome.error, KeyboardInterrupt):
        return []
    from orchestration.observability.notifications import notification_of, send

    notification = notification_of(
        company=context.settings.company,
        run_id=context.run_id,
        gate=outcome.gate,
        load_checks=outcome.load_checks,
        error=outcome.error,
        release_id=released.release_id if released else None,
        alerts=_critical_alerts(context, released) if released else {},
    )
    return list(send(alerts, notification)) if notification else []


def _critical_alerts(context: RefreshContext, released: Release) -> Mapping[str, int]:
    """Rule to how many critical alerts the release has by it."""
    import duckdb

    marts = publication.release_directory(context.home, released.release_id) / MARTS
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            "select rule, count(*) from performance.alerts where severity = 'critical' "
            "group by rule order by rule"
        ).fetchall()
    return dict(rows)
