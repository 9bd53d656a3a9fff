"""Dagster's event log with connections that stay open: the same events, fewer engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy.engine import Engine

from orchestration.observability import dagster_event_log


@dg.asset
def orders() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 7})


def test_events_are_kept_and_each_file_has_one_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = dagster_event_log.create_engine

    def count(address: str, **options: Any) -> Engine:
        made.append(address)
        return make(address, **options)

    monkeypatch.setattr(dagster_event_log, "create_engine", count)
    storage = {
        "module": dagster_event_log.__name__,
        "class": dagster_event_log.PooledSqliteEventLogStorage.__name__,
        "config": {"base_dir": str(tmp_path / "runs")},
    }
    overrides = {"event_log_storage": storage, "telemetry": {"enabled": False}}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
        run = dg.materialize([orders], instance=instance)
        event = instance.get_latest_materialization_event(dg.AssetKey("orders"))
        logged = len(instance.all_logs(run.run_id))
        assert instance.event_log_storage.has_table("event_logs")
        assert not instance.event_log_storage.has_table("nothing")
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.metadata["rows"].value == 7
    assert logged > 5
    assert len(made) == len(set(made)) == 2, "the run's own log and the index"
