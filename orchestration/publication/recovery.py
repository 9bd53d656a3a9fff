"""What a killed publish, rollback or prune left behind is finished or cleared away.

Called at the start of every refresh and rollback, under the refresh lock; doing it twice changes
nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.failpoints import failpoint
from orchestration.publication.candidate import remove_candidate
from orchestration.publication.files import sync
from orchestration.publication.layout import TEMPORARY, intent_of, is_temporary
from orchestration.publication.releases import current_id, switch, verify_release
from orchestration.settings import Home


@dataclass(frozen=True)
class Recovered:
    """What was done: the release whose publishing was finished, and the leftovers that were
    removed.
    """

    finished: str = ""
    removed: tuple[str, ...] = ()


def recover(home: Home, *, killed: Collection[str] = ()) -> Recovered:
    """Finish a publish that was cut short after its rename; remove all temporary leftovers.

    `killed` are runs whose process was killed: their candidates are half-built and have no report, so they
    are removed. Candidates that failed their gate are kept for inspection. The caller holds the lock.
    Raises `ReleaseCorrupt` where `current` is no link, which nothing could be published through.
    """
    current_id(home)
    finished = _finish(home)
    failpoint("recover.finished")
    removed = [f"{home.candidates.name}/{run}" for run in killed if remove_candidate(home, run)]
    for folder in (home.root, home.releases, home.candidates):
        if not folder.is_dir():
            continue
        leftovers = [path for path in folder.iterdir() if is_temporary(path) and _ours(path.name)]
        for path in leftovers:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            removed.append(f"{folder.name}/{path.name}")
        if leftovers:
            sync(folder)
    failpoint("recover.cleared")
    return Recovered(finished=finished, removed=tuple(removed))


def _finish(home: Home) -> str:
    """Carry out the intent to publish, where its release is there and intact."""
    try:
        release_id = str(json.loads(intent_of(home).read_text(encoding="utf-8"))["release_id"])
    except FileNotFoundError:
        return ""
    except (ValueError, KeyError, TypeError):
        release_id = ""
    finished = ""
    if release_id and (home.releases / release_id).is_dir():
        try:
            verify_release(home, release_id)
        except ReleaseCorrupt:
            broken = home.releases / release_id
            broken.rename(home.releases / f".{release_id}{TEMPORARY}")
        else:
            switch(home, release_id, step="recover")
            finished = release_id
    intent_of(home).unlink(missing_ok=True)
    sync(home.root)
    return finished


def _ours(name: str) -> bool:
    return name.startswith(".")
