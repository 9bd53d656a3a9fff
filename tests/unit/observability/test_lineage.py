"""Events have the form of OpenLineage, and the same ids for the same run and step."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from orchestration.core.records import StepFacts
from orchestration.observability.lineage import NAMESPACE, PRODUCER, Dataset, run_event

FACTS = StepFacts(
    step="Build models", started_at=datetime(2026, 7, 1, tzinfo=UTC), seconds=1.23456,
    rows=7, size_bytes=None, peak_memory_bytes=1_000,
)  # fmt: skip


def event(kind: str, **more: Any) -> dict[str, Any]:
    text = run_event(kind, run_id="run-1", step="Build models", number=2, **more)
    fields: dict[str, Any] = json.loads(text)
    return fields


def test_what_every_event_has() -> None:
    begun = event("START")
    assert begun["eventType"] == "START"
    assert begun["producer"] == PRODUCER
    assert begun["schemaURL"].endswith("OpenLineage.json#/$defs/RunEvent")
    assert (begun["job"]["namespace"], begun["job"]["name"]) == (NAMESPACE, "refresh.build_models")
    assert datetime.fromisoformat(begun["eventTime"]).tzinfo is not None
    parent = begun["run"]["facets"]["parent"]
    assert parent["job"]["name"] == "refresh"
    assert UUID(begun["run"]["runId"]) != UUID(parent["run"]["runId"])


def test_steps_of_the_same_name_have_ids_of_their_own() -> None:
    first = json.loads(run_event("START", run_id="run-1", step="Build models", number=1))
    assert first["run"]["runId"] != event("START")["run"]["runId"]
    assert event("COMPLETE", facts=FACTS)["run"]["runId"] == event("START")["run"]["runId"]


def test_what_a_step_took_is_a_facet_of_our_own() -> None:
    facet = event("COMPLETE", facts=FACTS)["run"]["facets"]["embudo_step"]
    assert facet["runId"] == "run-1"
    assert (facet["seconds"], facet["rows"], facet["peakMemoryBytes"]) == (1.235, 7, 1_000)
    assert facet["_schemaURL"] == f"{PRODUCER}:step"


def test_statistics_where_they_are_known() -> None:
    known, unknown = event("COMPLETE", facts=FACTS, outputs=[Dataset("a", rows=0), Dataset("b")])[
        "outputs"
    ]
    assert known["outputFacets"]["outputStatistics"]["rowCount"] == 0
    assert not unknown.get("outputFacets")
    assert event("START", inputs=[Dataset("in")])["inputs"][0]["name"] == "in"
