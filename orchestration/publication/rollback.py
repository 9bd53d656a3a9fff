"""Making an older release current again. It is verified first; nothing is built."""

from __future__ import annotations

import dataclasses

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import Release
from orchestration.publication.lock import refresh_lock
from orchestration.publication.recovery import recover
from orchestration.publication.releases import current_id, release_ids, switch, verify_release
from orchestration.settings import Home


def rollback(home: Home, to: str | None = None) -> Release:
    """Make an older release current again: the one named, or the one before the current one.

    The release is verified first. Takes the refresh lock. Raises `ReleaseCorrupt` where the
    release is missing or corrupt, `RefreshRunning` while a refresh runs.
    """
    with refresh_lock(home, run_id="rollback"):
        recover(home)
        target = to if to is not None else _before_current(home)
        release = verify_release(home, target)
        if current_id(home) != target:
            switch(home, target, step="rollback")
        return dataclasses.replace(release, is_current=True)


def _before_current(home: Home) -> str:
    current = current_id(home)
    older = [
        release_id for release_id in release_ids(home) if current is None or release_id < current
    ]
    if not older:
        raise ReleaseCorrupt(
            f"There is no release before {current or 'the first'} to go back to. See `embudo "
            "releases`."
        )
    return older[0]
