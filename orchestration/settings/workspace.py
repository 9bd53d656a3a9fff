"""One company: its settings and its home, as one value.

What can be found out about a company belongs to the packages that own the answers: pending files to
`ingestion`, the parsed dbt project to `transformation`, staleness to `refresh`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.settings.environment import load_environment_file
from orchestration.settings.home import Home
from orchestration.settings.loading import load_settings
from orchestration.settings.models import Settings


@dataclass(frozen=True)
class Workspace:
    """A company's settings and the home that its warehouse lives in."""

    settings: Settings
    home: Home

    @classmethod
    def open(cls, *, config: Path, home: Path, inbox: Path | None) -> Workspace:
        """Load the company's secrets into the environment, then its settings.

        Raises `SettingsInvalid` with the key, the value and what is allowed.
        """
        load_environment_file(config, home)
        return cls(settings=load_settings(config, inbox=inbox), home=Home.at(home))
