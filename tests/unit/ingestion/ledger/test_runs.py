"""Runs of the main job in the ledger."""

from __future__ import annotations

from pathlib import Path

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.runs import begin_refresh, end_refresh, recent_refreshes


def test_refreshes_are_kept(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
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
