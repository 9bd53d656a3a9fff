"""Names of the files that candidates and releases are made of, and of what publication adds to the
home.

Reading or writing them does not belong here.
"""

from __future__ import annotations

import re
from pathlib import Path

from orchestration.settings.home import Home

WAREHOUSE = "warehouse.duckdb"
MARTS = "marts.duckdb"
DATABASES = (WAREHOUSE, MARTS)

MANIFEST = "manifest.json"
SEMANTIC_MANIFEST = "semantic_manifest.json"
RELEASE = "release.json"
RECEIPT = "receipt.json"

ARTIFACTS = "target"
KEPT_SUFFIXES = (".duckdb", ".json", ".html", ".parquet")
"""What stays of a candidate when it becomes a release: its own files with these endings, no
folder.
"""

MODE_OF_MARTS = 0o444
MODE_OF_OTHERS = 0o400
"""Permissions in a release: nobody writes, and other accounts read the marts alone."""

TEMPORARY = ".tmp"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def intent_of(home: Home) -> Path:
    """Names the release that is being published; there from before its rename to after the switch."""
    return home.root / "publishing.json"


def checked_name(name: str) -> str:
    """`name` as it is; raises ValueError where it is not safe as the name of a folder."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot name a run or a release: letters, digits, `_`, `.` and `-` only"
        )
    return name


def mode_in_release(name: str) -> int:
    """The permissions of a release's file."""
    return MODE_OF_MARTS if name == MARTS else MODE_OF_OTHERS


def is_temporary(path: Path) -> bool:
    """Whether a path is a leftover that nothing refers to."""
    return path.name.endswith(TEMPORARY)
