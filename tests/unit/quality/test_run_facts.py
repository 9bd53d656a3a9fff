"""What a refresh cost, as tables of the release."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb

from orchestration.core.records import AssetFacts, StepFacts
from orchestration.quality.run_facts import write_facts

MADRID = timezone(timedelta(hours=2))


def test_facts_replace_those_of_the_run_before(tmp_path: Path) -> None:
    """Times are UTC, whatever zone they came in."""
    marts = tmp_path / "marts.duckdb"
    step = StepFacts("Build models", datetime(2026, 7, 1, 6, tzinfo=MADRID), 1.5, 10, 99, 1_000)
    assets = [AssetFacts("fct_deals", "model", 0.5, 10, None, None)]
    for run in ("run-1", "run-2"):
        write_facts(marts, run, steps=[step], assets=assets)
    with duckdb.connect(str(marts), read_only=True) as connection:
        assert connection.execute("from quality.steps").fetchall() == [
            ("run-2", "Build models", datetime(2026, 7, 1, 4), 1.5, 10, 99, 1_000)
        ]
        assert connection.execute("from quality.assets").fetchall() == [
            ("run-2", "fct_deals", "model", 0.5, 10, None, None)
        ]
