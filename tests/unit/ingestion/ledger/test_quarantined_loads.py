"""Loads that the gate keeps out of every build."""

from __future__ import annotations

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.quarantined_loads import (
    quarantine_load,
    quarantined_loads,
    reinstate_load,
)
from tests.unit.ingestion.ledger.factories import enter_load, file_part


def test_a_quarantined_load_counts_nowhere_until_it_is_reinstated(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv", landed=7))
    quarantine_load(ledger, "load-1", check="loads.volume", reason="too few rows", run_id="run-1")
    [load] = quarantined_loads(ledger)
    assert (load.load_id, load.source, load.stream, load.check, load.reason, load.run_id) == (
        "load-1",
        "crm",
        "deals",
        "loads.volume",
        "too few rows",
        "run-1",
    )
    assert load.rows_landed == 7
    assert load.at.tzinfo is None
    assert active_loads(ledger) == []
    reinstate_load(ledger, "load-1", run_id="run-2", reason="a strike")
    assert quarantined_loads(ledger) == []
    assert len(active_loads(ledger)) == 1
    quarantine_load(ledger, "load-1", check="loads.values", reason="odd", run_id="run-3")
    assert [load.check for load in quarantined_loads(ledger)] == ["loads.values"]


def test_a_quarantined_load_is_past_once_its_files_come_again(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv"))
    quarantine_load(ledger, "load-1", check="loads.volume", reason="few", run_id="run-1")
    enter_load(ledger, 2, file_part("a.csv", landed=100))
    assert quarantined_loads(ledger) == []
    assert [load.load_id for load, _ in active_loads(ledger)] == ["load-2"]
