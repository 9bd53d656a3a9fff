"""Data that is right passes the gate: made-up companies of many seeds, and a new day of each.

`make soak` makes twenty companies; `make test` one (`EMBUDO_SOAK_SEEDS` sets the number). Their refreshes
run in this process, step by step as Dagster's job does.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

import sandbox
from orchestration.core.records import CheckResult, GateReport
from orchestration.refresh.session import RefreshSession
from orchestration.settings.workspace import Workspace
from tests.reporters import RecordingReporter

pytestmark = [pytest.mark.slow, pytest.mark.soak]

SEEDS = range(101, 101 + int(os.environ.get("EMBUDO_SOAK_SEEDS", "1")))
END = date(2026, 6, 30)


def _refreshed(folder: Path, run_id: str) -> GateReport:
    """One complete refresh; fails with the gate's own message where it is stopped."""
    workspace = Workspace.open(config=folder / "embudo.yml", home=folder / "home", inbox=None)
    with RefreshSession(workspace, run_id=run_id, report=RecordingReporter()) as session:
        session.land()
        session.require_loads()
        session.build()
        session.require_build()
        session.evaluate()
        session.write_saved_queries()
        report = session.check()
        session.sign()
        session.publish()
    return report


def _alarms(report: GateReport) -> list[tuple[str, str]]:
    return [(check.title, check.observed) for check in report.checks if _is_alarm(check)]


def _is_alarm(check: CheckResult) -> bool:
    return check.outcome != "pass"


@pytest.mark.parametrize("seed", SEEDS)
def test_intact_data_raises_no_alarm(seed: int, tmp_path: Path) -> None:
    """Neither a failure nor a warning, on the first refresh and on the next day's."""
    sandbox.generate(
        tmp_path, seed=seed, scale=0.02, months=12, end=END, until=END - timedelta(days=1)
    )
    first = _alarms(_refreshed(tmp_path, "first"))
    sandbox.generate_day(tmp_path)
    following = _alarms(_refreshed(tmp_path, "following"))
    assert (first, following) == ([], [])
