"""Waivers: what is refused before one is written, and how each is listed."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration import ingestion
from orchestration.core.errors import WaiverInvalid
from orchestration.core.records import FailedCheck
from orchestration.ingestion.ledger.runs import begin_refresh, end_refresh
from orchestration.ingestion.ledger.waivers import settle_waivers, use_waivers
from orchestration.operations import waivers
from orchestration.operations.waivers import (
    add_waiver,
    list_waivers,
    signature,
    suggestions,
    withdraw_waiver,
)
from orchestration.settings import Home
from orchestration.settings.workspace import Workspace
from tests.faults.tiny_company import TinyCompany

CHECK = "metric.revenue on revenue"
FAILED = {"check": CHECK, "observed": "4,000 in 2025-11", "failures": 1, "ran": True}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Settings and an empty home; the gate has two checks."""
    checks = {"metric.revenue": "revenue", "loads.volume": "loads"}
    monkeypatch.setattr(waivers, "required_checks", lambda _, *, unit_tests: checks)
    company = TinyCompany.make(tmp_path / "tiny")
    opened = Workspace.open(config=company.config, home=company.home.root, inbox=None)
    refreshed(opened.home, "run-0", FAILED, {**FAILED, "check": "loads.volume on crm.orders"})
    return opened


def refreshed(home: Home, run_id: str, *failed: dict[str, Any]) -> None:
    """A refresh in which these checks failed."""
    with ingestion.Ledger(home.prepare().ledger) as ledger:
        begin_refresh(ledger, run_id, full=False)
        end_refresh(ledger, run_id, verdict="failed", detail={"failed": list(failed)})


def states(workspace: Workspace) -> list[str]:
    return [waiver.state for waiver in list_waivers(workspace.home)]


def test_from_open_to_released(workspace: Workspace) -> None:
    waiver = add_waiver(workspace, CHECK, reason=" Black \n Friday ", named="ana")
    assert (waiver.check, waiver.signed_by) == (CHECK, signature("ana"))
    assert waiver.signed_by.endswith(" (ana)")
    assert waiver.seen == FailedCheck(CHECK, "run-0", "4,000 in 2025-11", 1)
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
    add_waiver(workspace, CHECK, reason="one", named="ana")
    add_waiver(workspace, CHECK, reason="two", named="ana")
    withdraw_waiver(workspace.home, CHECK)
    assert states(workspace) == ["withdrawn", "withdrawn"]


def test_a_check_that_could_not_run_is_not_waived(workspace: Workspace) -> None:
    refreshed(workspace.home, "run-1", {**FAILED, "observed": "could not run", "ran": False})
    with pytest.raises(WaiverInvalid, match="cannot be waived: fix what"):
        add_waiver(workspace, CHECK, reason="x", named="ana")
    assert states(workspace) == []


def test_only_what_failed_in_a_refresh_is_waived(workspace: Workspace) -> None:
    refreshed(workspace.home, "run-1", {**FAILED, "check": "metric.revenue on revenue by team"})
    with pytest.raises(WaiverInvalid, match=r"did not fail in run run-1.*failed: metric\.revenue"):
        add_waiver(workspace, CHECK, reason="x")
    with pytest.raises(WaiverInvalid, match=r"no run 'run-9'; the last are run-1, run-0"):
        add_waiver(workspace, CHECK, reason="x", run="run-9")
    waiver = add_waiver(workspace, CHECK, reason="x", run="run-0")
    assert waiver.seen is not None
    assert waiver.seen.run_id == "run-0"


def test_before_any_refresh_there_is_nothing_to_waive(tmp_path: Path, workspace: Workspace) -> None:
    empty = replace(workspace, home=Home.at(tmp_path / "empty"))
    with pytest.raises(WaiverInvalid, match=r"there was none\. Run `embudo refresh` first"):
        add_waiver(empty, CHECK, reason="x")


def test_a_name_alone_is_waived_where_one_subject_failed(workspace: Workspace) -> None:
    assert add_waiver(workspace, "metric.revenue", reason="x").check == CHECK
    other = {**FAILED, "check": "metric.revenue on margin"}
    refreshed(workspace.home, "run-1", FAILED, other)
    with pytest.raises(WaiverInvalid, match="failed on several subjects"):
        add_waiver(workspace, "metric.revenue", reason="x")


def test_a_waiver_ends(workspace: Workspace) -> None:
    today = datetime.now(UTC).date()
    waiver = add_waiver(workspace, CHECK, reason="x", until=today)
    assert waiver.until == datetime.combine(today + timedelta(days=1), time(), UTC)
    for day in (today - timedelta(days=1), today + timedelta(days=91)):
        with pytest.raises(WaiverInvalid, match=f"until {day} cannot be granted"):
            add_waiver(workspace, CHECK, reason="x", until=day)


def test_the_account_signs_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "the CEO")
    account = pwd.getpwuid(os.getuid()).pw_name
    assert signature() == account
    assert signature(" the  CEO ") == f"{account} (the CEO)"


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
