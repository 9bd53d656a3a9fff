"""Names of the files that candidates and releases are made of, and the paths under the home.

Every path that publication touches is derived here. Reading or writing them does not belong here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

WAREHOUSE = "warehouse.duckdb"
MARTS = "marts.duckdb"
DATABASES = (WAREHOUSE, MARTS)

MANIFEST = "manifest.json"
SEMANTIC_MANIFEST = "semantic_manifest.json"
RELEASE = "release.json"
RECEIPT = "receipt.json"

ARTIFACTS = "target"
KEPT_SUFFIXES = (".duckdb", ".json")
"""What stays of a candidate when it becomes a release: its own files with these endings, no folder."""

TEMPORARY = ".tmp"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Layout:
    """The part of the home that publication owns."""

    root: Path

    @property
    def lock(self) -> Path:
        """The lock file of refreshes."""
        return self.root / "refresh.lock"

    @property
    def candidates(self) -> Path:
        """Warehouses that refreshes are building or have failed to publish."""
        return self.root / "candidates"

    @property
    def releases(self) -> Path:
        """Published warehouses."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """The link that readers follow."""
        return self.root / "current"

    @property
    def intent(self) -> Path:
        """Which release is being published; it exists from before its rename to after the switch."""
        return self.root / "publishing.json"

    def candidate(self, run_id: str) -> Path:
        """The folder of a run's candidate."""
        return self.candidates / checked_name(run_id)

    def release(self, release_id: str) -> Path:
        """The folder of a release."""
        return self.releases / checked_name(release_id)


def checked_name(name: str) -> str:
    """`name` as it is; raises ValueError where it is not safe as the name of a folder."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a run or a release: letters, digits, `_`, `.` and `-` only")
    return name


def is_temporary(path: Path) -> bool:
    """Whether a path is a leftover that nothing refers to."""
    return path.name.endswith(TEMPORARY)
