"""Runs of the main job in the ledger."""

from __future__ import annotations

import datetime as dt

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.runs import (
    begin_refresh,
    drop_refresh,
    end_refresh,
    recent_refreshes,
    unfinished_refreshes,
)


def test_refreshes_are_kept(ledger: Ledger) -> None:
    begin_refresh(ledger, "r1", full=True)
    end_refresh(ledger, "r1", verdict="pass", release_id="rel", detail={"seconds": 3})
    begin_refresh(ledger, "r2", full=False)
    newest, oldest = recent_refreshes(ledger)
    assert (newest.run_id, newest.verdict, newest.ended_at) == ("r2", None, None)
    assert (oldest.verdict, oldest.release_id, oldest.full, oldest.detail) == (
        "pass",
        "rel",
        True,
        {"seconds": 3},
    )
    assert [run.run_id for run in recent_refreshes(ledger, limit=1)] == ["r2"]


def test_a_run_without_an_end_is_unfinished(ledger: Ledger) -> None:
    for run_id in ("ended", "killed", "empty"):
        begin_refresh(ledger, run_id, full=False)
    end_refresh(ledger, "ended", verdict="fail", error="a check failed")
    drop_refresh(ledger, "empty")
    assert unfinished_refreshes(ledger) == ["killed"]


def test_a_step_that_is_tried_again_enters_its_run_once(ledger: Ledger) -> None:
    started_at = dt.datetime(2026, 3, 1, 7, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    begin_refresh(ledger, "r", full=False, started_at=started_at)
    begin_refresh(ledger, "r", full=True)
    [run] = recent_refreshes(ledger)
    assert run.full
    assert run.started_at == dt.datetime(2026, 3, 1, 6), "times are UTC"
