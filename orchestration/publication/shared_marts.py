"""The marts of the current release in a folder of their own, which other accounts may read.

The home is closed to other accounts, for it holds contacts. The folder is named in `embudo.yml` (`marts_folder`) and
noted in the home, so that whatever makes a release current (a refresh, a rollback, an erasure) puts its marts there.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.publication.files import disk_full_as_error, sync, write_durably
from orchestration.publication.layout import MARTS, MODE_OF_MARTS
from orchestration.settings import Home

MODE_OF_FOLDER = 0o755
_NOTE = "marts_folder.txt"
RELEASE_FILE = "release.txt"
"""Beside the marts: the id of the release that they are of."""


def share_in(home: Home, folder: Path | None) -> None:
    """Note the folder, or that there is none any more; what was shared before is removed."""
    before = shared_folder(home)
    if before is not None and before != folder:
        for name in (MARTS, RELEASE_FILE):
            (before / name).unlink(missing_ok=True)
    note = home.root / _NOTE
    if folder is None:
        note.unlink(missing_ok=True)
    elif before != folder:
        write_durably(note, str(folder))


def shared_folder(home: Home) -> Path | None:
    """The folder that marts are shared in, or None."""
    try:
        return Path((home.root / _NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def share_marts(home: Home) -> None:
    """Put the current release's marts into the folder; nothing is copied where they are there already.

    Readers that have the file before it open keep it until they close it.
    """
    folder = shared_folder(home)
    if folder is None or not home.current.exists():
        return
    release = home.current.resolve()
    named = folder / RELEASE_FILE
    shared = folder / MARTS
    if shared.is_file() and named.is_file() and named.read_text(encoding="utf-8") == release.name:
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(MODE_OF_FOLDER)
    temporary = folder / f".{MARTS}.tmp"
    with disk_full_as_error(temporary):
        shutil.copyfile(release / MARTS, temporary)
    temporary.chmod(MODE_OF_MARTS)
    sync(temporary)
    temporary.replace(shared)
    write_durably(named, release.name)
    named.chmod(MODE_OF_MARTS)


def sharing_fault(home: Home) -> str | None:
    """Why other accounts cannot read the shared marts as they should; None where all is well or nothing is shared."""
    folder = shared_folder(home)
    if folder is None or not home.current.exists():
        return None
    shared, named = folder / MARTS, folder / RELEASE_FILE
    if not shared.is_file() or not named.is_file():
        return f"{shared} is missing"
    if named.read_text(encoding="utf-8") != home.current.resolve().name:
        return f"{shared} is not of the current release, {home.current.resolve().name}"
    if shared.stat().st_mode & 0o004 == 0 or folder.stat().st_mode & 0o005 != 0o005:
        return f"{shared} cannot be read by other accounts"
    closed = [parent for parent in folder.parents if parent.stat().st_mode & 0o001 == 0]
    return f"{closed[0]} keeps other accounts out of {folder}" if closed else None
