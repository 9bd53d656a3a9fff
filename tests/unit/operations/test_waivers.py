"""Waivers: what is refused before one is written, and how each is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import ingestion, quality
from orchestration.core.errors import WaiverInvalid
from orchestration.core.records import CheckResult, GateReport
from orchestration.ingestion.ledger.runs import begin_refresh
from orchestration.ingestion.ledger.waivers import settle_waivers, use_waivers
from orchestration.operations import waivers
from orchestration.operations.waivers import (
    add_waiver,
    list_waivers,
    suggestions,
    withdraw_waiver,
)
from orchestration.settings.workspace import Workspace
from tests.faults.tiny_company import TinyCompany

CHECK = "metric.revenue on revenue"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Settings and an empty home; the gate has two checks."""
    checks = {"metric.revenue": "revenue", "loads.volume": "loads"}
    monkeypatch.setattr(waivers, "required_checks", lambda _, *, unit_tests: checks)
    company = TinyCompany.make(tmp_path / "tiny")
    return Workspace.open(config=company.config, home=company.home.root, inbox=None)


def states(workspace: Workspace) -> list[str]:
    return [waiver.state for waiver in list_waivers(workspace.home)]


def test_from_open_to_released(workspace: Workspace) -> None:
    waiver = add_waiver(workspace, CHECK, reason=" Black \n Friday ", signed_by="ana")
    assert (waiver.check, waiver.signed_by) == (CHECK, "ana")
    assert waiver.text.endswith("UTC: Black Friday")
    assert states(workspace) == ["open"]
    with ingestion.Ledger(workspace.home.ledger) as ledger:
        use_waivers(ledger, [CHECK], run_id="run-1")
    assert states(workspace) == ["used by run run-1"]
    with ingestion.Ledger(workspace.home.ledger) as ledger:
        settle_waivers(ledger, {"run-1": "r1"})
    assert states(workspace) == ["released in r1"]
    with pytest.raises(WaiverInvalid, match="no open waiver"):
        withdraw_waiver(workspace.home, CHECK)


def test_the_newer_one_counts_and_can_be_withdrawn(workspace: Workspace) -> None:
    add_waiver(workspace, CHECK, reason="one", signed_by="ana")
    add_waiver(workspace, CHECK, reason="two", signed_by="ana")
    withdraw_waiver(workspace.home, CHECK)
    assert states(workspace) == ["withdrawn", "withdrawn"]


def test_a_check_that_could_not_run_is_not_waived(workspace: Workspace) -> None:
    home = workspace.home.prepare()
    check = CheckResult(
        gate=3, name="metric.revenue", subject="revenue", outcome="fail", severity="error",
        observed="could not run", expected="a result", ran=False,
    )  # fmt: skip
    with ingestion.Ledger(home.ledger) as ledger:
        begin_refresh(ledger, "run-1", full=False)
    home.candidate("run-1").mkdir(parents=True)
    quality.write_gate(home.candidate("run-1"), GateReport("run-1", (check,)))
    with pytest.raises(WaiverInvalid, match="cannot be waived: fix what"):
        add_waiver(workspace, CHECK, reason="x", signed_by="ana")
    assert states(workspace) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("metric.revenu", "the nearest are metric.revenue"),
        ("volume", "the nearest are loads.volume"),
        ("zzz", "`embudo status --explain`"),
    ],
)
def test_a_mistyped_name_gets_the_nearest(name: str, hint: str) -> None:
    assert hint in suggestions(name, {"metric.revenue": "", "loads.volume": ""})
