"""What a refresh cost, as tables of the release: `quality.steps` and `quality.assets` in marts.duckdb.

Seconds, rows, bytes and peak memory, for whoever runs the warehouse. Written before the files are
sealed. Measuring does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from orchestration.core.records import AssetFacts, StepFacts
from orchestration.quality.results import insert_rows

_STEPS = """
    create or replace table quality.steps (
        run_id varchar, step varchar, started_at timestamp, seconds double, rows bigint,
        bytes bigint, peak_memory_bytes bigint
    )
"""

_ASSETS = """
    create or replace table quality.assets (
        run_id varchar, asset varchar, kind varchar, seconds double, rows bigint, bytes bigint,
        peak_memory_bytes bigint
    )
"""


def write_facts(
    marts: Path, run_id: str, *, steps: Sequence[StepFacts], assets: Sequence[AssetFacts]
) -> None:
    """Replace both tables with this run's facts."""
    import duckdb

    with duckdb.connect(str(marts)) as connection:
        connection.begin()
        connection.execute("create schema if not exists quality")
        connection.execute(_STEPS)
        connection.execute(_ASSETS)
        insert_rows(
            connection,
            "quality.steps",
            [
                (
                    run_id, s.step, s.started_at.astimezone(UTC).replace(tzinfo=None), s.seconds,
                    s.rows, s.size_bytes, s.peak_memory_bytes,
                )
                for s in steps
            ],
        )  # fmt: skip
        insert_rows(
            connection,
            "quality.assets",
            [
                (run_id, a.asset, a.kind, a.seconds, a.rows, a.size_bytes, a.peak_memory_bytes)
                for a in assets
            ],
        )
        connection.commit()
