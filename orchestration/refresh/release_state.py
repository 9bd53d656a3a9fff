"""What the current release was built from, and which loads count now: the two sides of staleness."""

from __future__ import annotations

from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.publication.releases import current_directory
from orchestration.settings import Home
from orchestration.settings.project import BuildState

BUILD_STATE = "build.json"
"""What a release was built from, beside its databases."""


def released_state(home: Home) -> BuildState | None:
    """The fingerprints that the current release was built from; None where there is no release.

    Raises `ReleaseCorrupt` where files of it are missing.
    """
    current = current_directory(home)
    return BuildState.read(current / BUILD_STATE) if current else None


def effective_loads(home: Home) -> dict[str, list[int]]:
    """Loads of which something counts, in the order of landing, each with those of its parts that do not."""
    with Ledger(home.ledger) as ledger:
        return {load.load_id: list(gone) for load, gone in active_loads(ledger)}
