"""What is decided around dbt's build; the build itself is tested end to end."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestration import quality
from orchestration.core.errors import BuildFailed, GateFailed
from orchestration.publication import prepare_candidate
from orchestration.refresh.baseline import Baseline, verified_baseline
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.refresh.staleness import Staleness
from orchestration.refresh.steps import build as step
from orchestration.refresh.steps.build import (
    Build,
    needs_unit_tests,
    read_build,
    require_build,
    row_counts,
)
from orchestration.refresh.steps.prepare import PreparedCandidate
from orchestration.settings import Home
from orchestration.transformation.dbt_runner import NodeResult
from orchestration.transformation.node_results import write_node_results
from orchestration.transformation.project import mark_unit_tests_passed
from tests.unit.publication.factories import build, make_release
from tests.unit.refresh.factories import STATE, make_check, make_context, make_project
from tests.waivers import waiver_of

MODEL = NodeResult("model.embudo.fct_orders", "success", 1.5)
UNIT_TEST = NodeResult("unit_test.embudo.fct_orders.refunds", "pass", 0.1)


def prepared(home: Home, baseline: Baseline | None = None) -> PreparedCandidate:
    candidate = prepare_candidate(home, "run-1", full=True)
    build(candidate, amount=1)
    return PreparedCandidate(candidate, baseline or Baseline(), Staleness(("test",), full=True))


def test_rows_are_counted_in_both_databases(home: Home) -> None:
    counts = row_counts(prepared(home).candidate)
    assert counts == {"fct_orders": 1, "amounts": 1, "settings": 1, "loads": 1}


def test_a_build_is_read_back_from_disk(home: Home) -> None:
    candidate = prepared(home).candidate
    write_node_results(candidate.artifacts, [MODEL, UNIT_TEST])
    read_back = read_build(candidate)
    assert read_back.nodes == (MODEL, UNIT_TEST)
    assert read_back.unit_tests
    assert read_back.rows["fct_orders"] == 1


def test_a_candidate_without_a_build_cannot_go_on(home: Home) -> None:
    with pytest.raises(BuildFailed, match=r"expected .*node_results\.json"):
        read_build(prepared(home).candidate)


def test_a_failed_check_ends_the_build_and_is_reported(home: Home) -> None:
    """The report lies in the candidate, for `embudo status --explain`."""
    built = Build(nodes=(MODEL,), rows={}, unit_tests=False)
    candidate = prepared(home)
    failed = make_check("loads.volume", "fail")
    with pytest.raises(GateFailed, match=r"loads\.volume"):
        require_build(make_context(home), load_checks=[failed], prepared=candidate, built=built)
    report = quality.read_gate(candidate.candidate.directory)
    assert report is not None
    assert report.failed == (failed,)


def test_a_waived_check_does_not_end_it(home: Home) -> None:
    built = Build(nodes=(MODEL,), rows={}, unit_tests=False)
    candidate = prepared(home)
    failed = make_check("loads.volume", "fail")
    context = make_context(home, waivers={failed.title: waiver_of(failed)})
    require_build(context, load_checks=[failed], prepared=candidate, built=built)
    assert not (candidate.candidate.directory / "gate.json").exists()


def test_unit_tests_run_once_per_state_of_the_models(home: Home) -> None:
    make_release(home, "run-0", amount=1)
    state = home.current / BUILD_STATE
    state.write_text(STATE.to_json())
    candidate = prepared(home, verified_baseline(home))

    def needed(models: str) -> bool:
        project = make_project(home, replace(STATE, models=models))
        return needs_unit_tests(make_context(home, project=project), candidate)

    assert not needed("models-1"), "the release has these models"
    assert needed("models-2")
    mark_unit_tests_passed(make_project(home))
    assert not needed("models-2"), "they passed in another home of this checkout"


def test_without_a_release_unit_tests_run(home: Home) -> None:
    assert needs_unit_tests(make_context(home), prepared(home))


def test_results_on_disk_are_plain_json(home: Home) -> None:
    candidate = prepared(home).candidate
    write_node_results(candidate.artifacts, [MODEL])
    (stored,) = json.loads((candidate.artifacts / "node_results.json").read_text())
    assert stored["unique_id"] == MODEL.unique_id
    assert step.read_node_results(candidate.artifacts) == (MODEL,)
