"""Table `refreshes`: every run of the main job, and how it ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from orchestration.core.records import FailedCheck
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.times import from_text, to_text, utc_now

FAILED_CHECKS = "failed"
"""Under what name a run's detail has the checks that failed in it, each as `failed_checks` reads it."""


@dataclass(frozen=True)
class RefreshRun:
    """A run of the main job. `verdict`: pass, warn, fail, failed or killed; times are UTC."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    verdict: str | None
    release_id: str | None
    full: bool
    error: str | None
    detail: Mapping[str, Any]


def begin_refresh(
    ledger: Ledger, run_id: str, *, full: bool, started_at: datetime | None = None
) -> None:
    """Enter a refresh that starts; a step that is tried again enters it once."""
    with ledger.transaction():
        ledger.execute(
            "insert into refreshes (run_id, started_at, full) values (?,?,?) "
            "on conflict (run_id) do update set full = excluded.full",
            (run_id, to_text(started_at or utc_now()), int(full)),
        )


def end_refresh(
    ledger: Ledger,
    run_id: str,
    *,
    verdict: str,
    release_id: str | None = None,
    error: str | None = None,
    detail: Mapping[str, Any] | None = None,
    ended_at: datetime | None = None,
) -> None:
    """Enter how a refresh ended."""
    with ledger.transaction():
        ledger.execute(
            "update refreshes set ended_at = ?, verdict = ?, release_id = ?, error = ?, detail = ? "
            "where run_id = ?",
            (
                to_text(ended_at or utc_now()),
                verdict,
                release_id,
                error,
                json.dumps(dict(detail or {}), default=str),
                run_id,
            ),
        )


def drop_refresh(ledger: Ledger, run_id: str) -> None:
    """Remove a refresh that found nothing to do."""
    with ledger.transaction():
        ledger.execute("delete from refreshes where run_id = ?", (run_id,))


def unfinished_refreshes(ledger: Ledger) -> list[str]:
    """Runs that began and have no end: killed, unless they run now."""
    rows = ledger.execute(
        "select run_id from refreshes where ended_at is null order by started_at"
    ).fetchall()
    return [str(row[0]) for row in rows]


def recent_refreshes(ledger: Ledger, *, limit: int = 20) -> list[RefreshRun]:
    """The last refreshes, newest first."""
    rows = ledger.execute(
        "select * from refreshes order by started_at desc, rowid desc limit ?", (limit,)
    ).fetchall()
    return [_run(row) for row in rows]


def failed_checks(run: RefreshRun) -> list[FailedCheck]:
    """What failed in a run, a check that failed for several loads once."""
    checks: dict[str, FailedCheck] = {}
    for fields in run.detail.get(FAILED_CHECKS, ()):
        seen = FailedCheck(
            fields["check"],
            run.run_id,
            fields["observed"],
            int(fields["failures"]),
            bool(fields["ran"]),
        )
        before = checks.get(seen.check)
        if before is not None:
            seen = replace(
                seen,
                observed=f"{before.observed}\n{seen.observed}",
                failures=max(before.failures, seen.failures),
                ran=before.ran and seen.ran,
            )
        checks[seen.check] = seen
    return list(checks.values())


def _run(row: sqlite3.Row) -> RefreshRun:
    return RefreshRun(
        run_id=row["run_id"],
        started_at=from_text(row["started_at"]),
        ended_at=from_text(row["ended_at"]),
        verdict=row["verdict"],
        release_id=row["release_id"],
        full=bool(row["full"]),
        error=row["error"],
        detail=json.loads(row["detail"] or "{}"),
    )
