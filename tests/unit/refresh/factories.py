"""A refresh without dbt: a project of no models, a home, and the records that steps pass on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.core.records import CheckResult, Outcome, Waiver
from orchestration.observability.events import RunRecorder
from orchestration.refresh.context import RefreshContext
from orchestration.settings import Home, Settings
from orchestration.settings.project import BuildState
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project
from tests.reporters import RecordingReporter

STATE = BuildState(models="models-1", seeds={"stages": "stages-1"}, settings="settings-1")


@dataclass(frozen=True)
class StubProject(Project):
    """A dbt project without nodes, whose state a test chooses."""

    chosen_state: BuildState = STATE

    @cached_property
    def state(self) -> BuildState:
        return self.chosen_state

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return {"nodes": {}, "parent_map": {}, "sources": {}, "macros": {}}

    def parsed(self) -> Path:
        folder = self.workspace.home.dbt
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def make_project(
    home: Home, state: BuildState = STATE, settings: Settings | None = None
) -> Project:
    settings = settings or Settings(config_file=home.root / "embudo.yml")
    return StubProject(Workspace(settings=settings, home=home), chosen_state=state)


def make_context(
    home: Home,
    *,
    run_id: str = "run-1",
    project: Project | None = None,
    waivers: dict[str, Waiver] | None = None,
) -> RefreshContext:
    home.prepare()
    return RefreshContext(
        project=project or make_project(home),
        run_id=run_id,
        report=RunRecorder(RecordingReporter(), home, run_id),
        started_at=datetime(2026, 7, 1, 4, tzinfo=UTC),
        waivers=waivers or {},
    )


def make_check(name: str, outcome: Outcome = "pass", *, subject: str = "crm.orders") -> CheckResult:
    return CheckResult(
        gate=1, name=name, subject=subject, outcome=outcome, severity="error",
        observed="1", expected="0",
    )  # fmt: skip


def corrupt(path: Path) -> None:
    """Flip a bit in the middle of a published file."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
