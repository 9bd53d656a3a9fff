"""Facts of assets: one record per load, seed and model that succeeded."""

from __future__ import annotations

from datetime import datetime

from orchestration.core.records import LandingResult, Load
from orchestration.refresh.asset_facts import asset_facts
from orchestration.transformation.dbt_runner import NodeResult

LOAD = Load(
    load_id="l1", load_seq=1, source="crm", stream="deals", landed_at=datetime(2026, 7, 1),
    rows_read=5, rows_landed=4, rows_quarantined=1, rows_skipped=0, files=("d.csv",), size_bytes=99,
)  # fmt: skip


def test_failed_nodes_and_tests_are_left_out() -> None:
    nodes = [
        NodeResult("model.embudo.fct_deals", "success", 2.0),
        NodeResult("model.embudo.fct_calls", "skipped", 0.0),
        NodeResult("seed.embudo.stages", "success", 0.5),
        NodeResult("test.embudo.is_key_fct_deals", "pass", 0.1),
    ]
    facts = asset_facts(
        LandingResult(loads=(LOAD,)),
        nodes,
        rows={"fct_deals": 4},
        peaks={"model.embudo.fct_deals": 1_000},
    )
    assert [(fact.kind, fact.asset, fact.rows) for fact in facts] == [
        ("load", "crm.deals", 4),
        ("model", "fct_deals", 4),
        ("seed", "stages", None),
    ]
    load, model, seed = facts
    assert (load.size_bytes, load.seconds) == (99, None)
    assert (model.seconds, model.peak_memory_bytes) == (2.0, 1_000)
    assert seed.peak_memory_bytes is None
