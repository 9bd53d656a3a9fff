"""What a refresh records of its steps: facts, log lines, OpenLineage events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.observability.events import KEPT_RUNS, RunRecorder
from orchestration.observability.lineage import Dataset
from orchestration.settings import Home
from tests.reporters import RecordingReporter


@pytest.fixture
def reporter(tmp_path: Path) -> RunRecorder:
    return RunRecorder(RecordingReporter(), Home.at(tmp_path), "run-1")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_without_a_step_writes_nothing(reporter: RunRecorder) -> None:
    reporter.end()
    assert not reporter.home.logs.exists()
    assert not reporter.home.events.exists()


def test_each_step_is_a_fact_and_a_pair_of_events(reporter: RunRecorder) -> None:
    reporter.step("Read sources")
    reporter.datasets(
        inputs=[Dataset("crm/deals.csv")],
        outputs=[Dataset("landing.crm.deals", 3, 100), Dataset("landing.crm.leads", 4, 50)],
    )
    reporter.step("Build models")
    reporter.end()
    assert [(fact.step, fact.rows, fact.size_bytes) for fact in reporter.facts] == [
        ("Read sources", 7, 150),
        ("Build models", None, None),
    ]
    assert set(reporter.seconds) == {"Read sources", "Build models"}
    events = lines(reporter.home.events / "run-1.jsonl")
    assert [(event["job"]["name"], event["eventType"]) for event in events] == [
        ("refresh.read_sources", "START"),
        ("refresh.read_sources", "COMPLETE"),
        ("refresh.build_models", "START"),
        ("refresh.build_models", "COMPLETE"),
    ]
    begun, done, *_ = events
    assert begun["run"]["runId"] == done["run"]["runId"]
    assert begun["outputs"] == []
    outputs = [output["outputFacets"]["outputStatistics"] for output in done["outputs"]]
    assert [(facet["rowCount"], facet["size"]) for facet in outputs] == [(3, 100), (4, 50)]


def test_a_failing_step_keeps_no_contact_data(reporter: RunRecorder) -> None:
    reporter.step("Read sources")
    reporter.end(ValueError("no row for ana@example.com"))
    event = lines(reporter.home.events / "run-1.jsonl")[-1]
    assert event["eventType"] == "FAIL"
    assert "ana@example.com" not in json.dumps(event)
    assert event["run"]["facets"]["errorMessage"]["message"].startswith("no row for")
    logged = lines(reporter.home.logs / "run-1.jsonl")
    assert {line["level"] for line in logged} == {"info", "error"}
    assert "ana@example.com" not in json.dumps(logged)


def test_the_oldest_runs_are_pruned(reporter: RunRecorder) -> None:
    reporter.home.logs.mkdir(parents=True)
    for number in range(KEPT_RUNS + 5):
        (reporter.home.logs / f"old-{number}.jsonl").touch()
    reporter.step("Read sources")
    assert len(list(reporter.home.logs.glob("*.jsonl"))) == KEPT_RUNS
