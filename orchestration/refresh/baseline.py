"""The current release, verified: what a refresh builds upon and compares its candidate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.core.errors import ReleaseCorrupt
from orchestration.publication.releases import current_directory, verify_release
from orchestration.refresh.staleness import corruption_of
from orchestration.settings import Home


@dataclass(frozen=True)
class Baseline:
    """The folder of the current release; None where there is none that is intact."""

    directory: Path | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    """Mart (`schema.table`) to its number of rows."""
    corruption: str = ""
    """What is wrong with the current release; empty where it is intact or there is none."""


def verified_baseline(home: Home) -> Baseline:
    """Check the current release against its checksums, which reads every byte of it."""
    try:
        current = current_directory(home)
        if current is None:
            return Baseline()
        release = verify_release(home, current.name)
    except ReleaseCorrupt as error:
        return Baseline(corruption=corruption_of(error))
    return Baseline(directory=current, rows=release.rows)
