"""Releases in a folder, in the place of a home's."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from semantic_layer.release_store import KeptRelease

AT = datetime(2026, 2, 10, 5, tzinfo=UTC)


@dataclass
class FolderStore:
    """A `ReleaseStore` over the folders in `folder`; `current` can be moved."""

    folder: Path
    current: str | None

    @classmethod
    def of(cls, release_dir: Path, folder: Path) -> FolderStore:
        """Two copies of a release, `20260210-1` and `20260211-1`; the second is current."""
        store = cls(folder, "20260211-1")
        for release_id in ("20260210-1", "20260211-1"):
            store.add(release_dir, release_id)
        return store

    def add(self, release_dir: Path, release_id: str) -> None:
        """Copy a release under another id."""
        copy = self.folder / release_id
        shutil.copytree(release_dir, copy)
        described = json.loads((copy / "release.json").read_text())
        (copy / "release.json").write_text(json.dumps(described | {"release_id": release_id}))

    def current_id(self) -> str | None:
        return self.current

    def release_ids(self) -> list[str]:
        return sorted((path.name for path in self.folder.iterdir()), reverse=True)

    def kept_releases(self) -> tuple[KeptRelease, ...]:
        return tuple(
            KeptRelease(
                release_id=name, published_at=AT, as_of=AT, verdict="pass", is_current=name == self.current
            )
            for name in self.release_ids()
        )  # fmt: skip

    def directory(self, release_id: str) -> Path:
        return self.folder / release_id
