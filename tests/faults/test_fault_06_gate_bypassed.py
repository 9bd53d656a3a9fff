"""Fault 6: a check warns past its limit, is deselected, raises, or the publish step runs alone.

In each case: no receipt, nothing published.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.core.errors import GateFailed, PublicationRefused
from orchestration.core.records import CheckResult, GateReport, LandingResult, RejectedFile
from orchestration.publication import (
    Candidate,
    open_candidate,
    prepare_candidate,
    publish,
    releases,
    seal,
)
from orchestration.quality import (
    LoadLimits,
    MetricMeta,
    check_loads,
    required_checks,
    run_checks,
    write_gate,
    write_receipt,
    write_results,
)
from orchestration.refresh.metric_definitions import saved_query_tables
from orchestration.settings import Home
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project
from tests.faults.conftest import CutOff
from tests.unit.publication.factories import amount_in, build, make_release
from tests.unit.quality.factories import gate_input, result, results

TESTS = ("not_null_amount", "amount_not_negative")
METRICS = (MetricMeta(name="revenue", unit="currency"),)


@dataclass(frozen=True)
class Outcome:
    unique_id: str
    status: str
    failures: int = 0
    seconds: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class Attempt:
    """A refresh after its build: the outcomes of dbt's tests, and what else the gate found."""

    outcomes: tuple[Outcome, ...] = tuple(Outcome(f"test.embudo.{t}", "pass") for t in TESTS)
    more: tuple[CheckResult, ...] = ()
    required: dict[str, str] = field(
        default_factory=lambda: (
            required_checks(MANIFEST, metrics=(), gates=(2,)) | {"metric.revenue": "revenue"}
        )
    )


MANIFEST: dict[str, Any] = {
    "nodes": {
        f"test.embudo.{name}": {
            "unique_id": f"test.embudo.{name}",
            "name": name,
            "resource_type": "test",
            "package_name": "embudo",
            "path": f"{name}.sql",
            "original_file_path": f"dbt_project/data_tests/{name}.sql",
            "depends_on": {"nodes": ["model.embudo.fct_orders"]},
            "config": {},
        }
        for name in TESTS
    }
}


def _run(home: Home, attempt: Attempt) -> Candidate:
    """Gate, seal, sign and publish, as a refresh does."""
    candidate = prepare_candidate(home, "run-2", full=False)
    build(candidate, amount=20)
    nothing = LandingResult(loads=())
    examined = gate_input(
        candidate.directory,
        artifacts=candidate.artifacts,
        manifest=MANIFEST,
        outcomes=attempt.outcomes,
        metrics=METRICS,
        complete_before=date(2026, 7, 1),
    )
    checks = (
        *check_loads(nothing, history=(), limits=LoadLimits()).checks,
        *run_checks(examined, gates=(2,)),
        *results("metric.<metric>", examined),
        *attempt.more,
    )
    report = GateReport(run_id=candidate.run_id, checks=checks)
    write_results(candidate.marts, report)
    write_gate(candidate.directory, report)
    write_receipt(candidate.directory, report, attempt.required, seal(candidate))
    publish(home, candidate, required_checks=attempt.required)
    return candidate


def _changed(name: str, status: str, failures: int = 0) -> tuple[Outcome, ...]:
    return tuple(
        replace(o, status=status, failures=failures) if o.unique_id.endswith(name) else o
        for o in Attempt().outcomes
    )


BYPASSES = {
    "warns past its limit": Attempt(
        more=(
            result(
                "marts.customer.fct_orders.channel_not_null",
                passed=False,
                observed="6 rows",
                expected="channel is there",
                severity="warn",
                failures=6,
                warn_limit=5,
            ),
        )
    ),
    "fails": Attempt(outcomes=_changed("not_null_amount", "fail", 1)),
    "is deselected": Attempt(outcomes=Attempt().outcomes[:1]),
    "is skipped": Attempt(outcomes=_changed("amount_not_negative", "skipped")),
    "raises": Attempt(outcomes=_changed("amount_not_negative", "error")),
    "was never written": Attempt(required=Attempt().required | {"reconcile.orders": "fct_orders"}),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    other_home = Home.at(tmp_path / "home")
    make_release(other_home, "run-1", amount=10)
    return other_home


def test_the_same_attempt_is_published_when_every_check_passes(home: Home) -> None:
    _run(home, Attempt())
    assert amount_in(home.current) == (20, 20)


@pytest.mark.parametrize("bypass", list(BYPASSES))
def test_a_check_that(home: Home, bypass: str) -> None:
    with pytest.raises(GateFailed):
        _run(home, BYPASSES[bypass])

    candidate = open_candidate(home, "run-2")
    assert not candidate.receipt.exists()
    assert (candidate.directory / "gate.json").exists(), "the report is kept"
    with pytest.raises(PublicationRefused, match="No receipt"):
        publish(home, candidate, required_checks=BYPASSES[bypass].required)
    assert len(releases(home)) == 1
    assert amount_in(home.current) == (10, 10)


def test_a_warning_within_its_limit_is_published_as_a_warning(home: Home) -> None:
    rejected = RejectedFile(source="crm", stream="deals", file="d.csv", reason="cut short")
    landed = LandingResult(loads=(), rejected_files=(rejected,))
    warned = check_loads(landed, history=(), limits=LoadLimits()).checks
    _run(home, Attempt(more=warned))
    assert next(iter(releases(home))).verdict == "warn"


def test_the_publish_step_alone(home: Home) -> None:
    candidate = prepare_candidate(home, "run-2", full=False)
    build(candidate, amount=20)
    with pytest.raises(PublicationRefused, match="No receipt"):
        publish(home, open_candidate(home, "run-2"), required_checks=Attempt().required)
    assert amount_in(home.current) == (10, 10)


def test_a_receipt_of_an_earlier_run_is_of_no_use(home: Home) -> None:
    candidate = prepare_candidate(home, "run-2", full=False)
    build(candidate, amount=20)
    stolen = (home.current / "receipt.json").read_bytes()
    candidate.receipt.write_bytes(stolen)
    with pytest.raises(PublicationRefused, match="of run run-1"):
        publish(home, candidate, required_checks=Attempt().required)
    assert amount_in(home.current) == (10, 10)


@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [
        [["release", "current"]],
        [
            *(["performance", name] for name in ("metric_values", "scorecard", "alerts")),
            ["release", "current"],
        ],
    ],
)
def test_dagster_alone_cannot_publish(
    cut_off: CutOff, tmp_path: Path, steps: list[list[str]]
) -> None:
    """The release's asset, materialized by itself or without the gate, as anybody can in Dagster's page."""
    import dagster as dg

    from orchestration.assets.release import release_assets
    from orchestration.resources import RESOURCE_KEY, refresh_resource

    home = tmp_path / "home"
    shutil.copytree(cut_off.home, home, symlinks=True)
    before = home.joinpath("current").readlink()
    workspace = Workspace.open(config=cut_off.folder / "embudo.yml", home=home, inbox=None)
    project = Project(workspace)
    result = dg.materialize(
        release_assets(project.manifest, saved_query_tables(project)),
        selection=dg.AssetSelection.assets(*(dg.AssetKey(step) for step in steps)),
        instance=dg.DagsterInstance.ephemeral(),
        resources={RESOURCE_KEY: refresh_resource(workspace)},
        raise_on_error=False,
    )
    assert not result.success
    assert home.joinpath("current").readlink() == before
    assert len(releases(workspace.home)) == 1
