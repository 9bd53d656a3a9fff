"""What stays the same through one refresh. What a step finds out is in that step's own record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from orchestration.core.records import Waiver
from orchestration.observability.events import RunRecorder
from orchestration.quality import StandingExceptions
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project


@dataclass(frozen=True)
class RefreshContext:
    """One run of a refresh that holds the lock. `started_at` is UTC."""

    project: Project
    run_id: str
    report: RunRecorder
    started_at: datetime
    full_requested: bool = False
    """Whether a full rebuild of history was requested."""
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    """Check (`name on subject`) to the waiver of what it found."""

    @cached_property
    def exceptions(self) -> StandingExceptions:
        """The standing exceptions of embudo.yml, today."""
        return StandingExceptions.of(self.settings)

    @property
    def workspace(self) -> Workspace:
        """The company that is refreshed."""
        return self.project.workspace

    @property
    def settings(self) -> Settings:
        """The company's settings."""
        return self.project.workspace.settings

    @property
    def home(self) -> Home:
        """Where the company's ledger, landing, candidates and releases lie."""
        return self.project.workspace.home
