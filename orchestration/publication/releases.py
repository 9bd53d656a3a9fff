"""Releases that are there: listing, verifying, switching, pruning.

A release is a folder that never changes; `current` is a relative link to one of them, moved by one
rename. Making a new release belongs to `publish`.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Erasure, Release, ReleaseWarning
from orchestration.publication.files import sha256, sync, wal_of
from orchestration.publication.fingerprints import fingerprint
from orchestration.publication.layout import (
    DATABASES,
    RELEASE,
    TEMPORARY,
    checked_name,
    is_temporary,
)
from orchestration.publication.shared_marts import share_marts
from orchestration.settings import Home


def releases(home: Home) -> tuple[Release, ...]:
    """All releases whose description can be read, the newest first."""
    current = current_id(home)
    readable = []
    for release_id in release_ids(home):
        try:
            release = _read(home.release(checked_name(release_id)))
        except ReleaseCorrupt:
            continue
        readable.append(dataclasses.replace(release, is_current=release_id == current))
    return tuple(readable)


def current_directory(home: Home) -> Path | None:
    """The folder of the current release, as a path that stays valid when `current` moves.

    None where nothing was published yet; raises `ReleaseCorrupt` where the link leads nowhere.
    """
    current = current_id(home)
    if current is None:
        return None
    directory = home.releases / current
    missing = [name for name in (*DATABASES, RELEASE) if not (directory / name).is_file()]
    if missing:
        raise ReleaseCorrupt(
            f"The current release {current} is corrupt: {', '.join(missing)} missing from "
            f"{directory}. "
            "Run `embudo rollback` for the one before, or `embudo refresh --full` to rebuild it."
        )
    return directory


def current_release(home: Home, *, is_idle: bool = False) -> Release | None:
    """The release that readers get; None where nothing was published yet.

    Raises `ReleaseCorrupt` where it is not as it was published, as far as that shows in milliseconds. With `is_idle`
    only files that were written to since then are opened: a refresh with nothing new reads no history.
    """
    directory = current_directory(home)
    if directory is None:
        return None
    return dataclasses.replace(_unchanged(directory, is_idle=is_idle), is_current=True)


def release_directory(home: Home, release_id: str | None = None) -> Path:
    """The folder of a release, or of the current one, for readers.

    Raises `ReleaseCorrupt` where there is none, or where it is not as it was published, as far as that shows in
    milliseconds.
    """
    if release_id is None:
        directory = current_directory(home)
        if directory is None:
            raise ReleaseCorrupt(
                f"Nothing is published in {home.root} yet. Run `embudo refresh` first."
            )
        _unchanged(directory)
        return directory
    directory = _directory_of(home, release_id)
    _unchanged(directory)
    return directory


def _directory_of(home: Home, release_id: str) -> Path:
    if release_id not in release_ids(home):
        raise ReleaseCorrupt(
            f"There is no release {release_id!r}; found {', '.join(release_ids(home)) or 'none'}. "
            "See `embudo releases`."
        )
    return home.releases / release_id


def _unchanged(directory: Path, *, is_idle: bool = False) -> Release:
    """The release in a folder; raises `ReleaseCorrupt` where a file of it is not as it was published."""
    release = _read(directory)
    changed = _changed_files(directory, release, only_written=is_idle)
    if changed:
        raise ReleaseCorrupt(
            f"Release {directory.name} was changed after it was published: {', '.join(changed)}. What the gate "
            "checked is not what would be read. Run `embudo rollback` for the release before, or `embudo refresh "
            "--full` to rebuild it; `embudo doctor` compares every byte."
        )
    return release


def _changed_files(directory: Path, release: Release, *, only_written: bool = False) -> list[str]:
    """Files whose fingerprint is another one than when they were published; those that are missing are none.

    `only_written` looks at those alone that were written to after the release's description.
    """
    described = (directory / RELEASE).stat().st_mtime_ns
    return [
        name
        for name, before in sorted(release.fingerprints.items())
        if (path := directory / name).is_file()
        and (not only_written or path.stat().st_mtime_ns > described)
        and fingerprint(path) != before
    ]


def verify_release(home: Home, release_id: str, *, hashing: bool = True) -> Release:
    """Verify a release by its checksums (reads every byte); raises `ReleaseCorrupt` naming the
    file.

    Without `hashing` it compares what takes milliseconds: that the files are there, with nothing beside them, and
    their fingerprints.
    """
    directory = _directory_of(home, release_id)
    release = _read(directory)
    faults = (
        [] if release.release_id == release_id else [f"{RELEASE} describes {release.release_id}"]
    )
    faults += [
        f"{RELEASE} has no checksum of {name}" for name in DATABASES if name not in release.files
    ]
    for name, checksum in sorted(release.files.items()):
        path = directory / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif hashing and sha256(path) != checksum:
            faults.append(f"{name} does not match its checksum")
    if not hashing:
        faults += [f"{name} was changed" for name in _changed_files(directory, release)]
    faults += [
        f"{wal_of(directory / n).name} stands beside {n}"
        for n in DATABASES
        if wal_of(directory / n).exists()
    ]
    if faults:
        raise ReleaseCorrupt(
            f"Release {release_id} is corrupt: {'; '.join(faults)}. Choose another one of "
            "`embudo releases` "
            "(`embudo rollback ID`), or run `embudo refresh --full`."
        )
    return release


def switch(home: Home, release_id: str, *, step: str) -> None:
    """Point `current` at a release with one rename, and force it to disk."""
    temporary = home.root / f".current-{release_id}{TEMPORARY}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path(home.releases.name) / release_id)
    failpoint(f"{step}.linked")
    temporary.replace(home.current)
    failpoint(f"{step}.switched")
    sync(home.root)
    share_marts(home)


def prune(home: Home, keep: int) -> tuple[str, ...]:
    """Remove all but the newest `keep` releases, never the current one; the ids that went.

    The caller holds the refresh lock. A reader that has a removed release open keeps its files
    until it closes them.
    """
    if keep < 1:
        raise ValueError(f"keep_releases must be at least 1, found {keep}")
    current = current_id(home)
    kept = set(release_ids(home)[:keep]) | {current}
    gone = [release_id for release_id in release_ids(home) if release_id not in kept]
    for release_id in gone:
        temporary = home.releases / f".{release_id}{TEMPORARY}"
        (home.releases / release_id).rename(temporary)
        failpoint("prune.moved")
        shutil.rmtree(temporary)
    if gone:
        sync(home.releases)
    failpoint("prune.done")
    return tuple(gone)


def release_text(release: Release) -> str:
    """A release as the text of `release.json`."""
    fields = dataclasses.asdict(release)
    del fields["is_current"]
    fields["published_at"] = release.published_at.isoformat()
    fields["as_of"] = release.as_of.isoformat()
    return json.dumps(fields, indent=2, sort_keys=True)


def current_id(home: Home) -> str | None:
    """The id that `current` points at; None where nothing was published yet.

    Raises `ReleaseCorrupt` where it is no link.
    """
    try:
        return home.current.readlink().name
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReleaseCorrupt(
            f"{home.current} is not a link ({error}): expected a link to a folder of "
            f"{home.releases}. Move it away, "
            "then run `embudo rollback ID` with an id of `embudo releases`."
        ) from error


def newest_id(home: Home) -> str | None:
    """The highest release id there is."""
    return next(iter(release_ids(home)), None)


def _read(directory: Path) -> Release:
    path = directory / RELEASE
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        fields["published_at"] = datetime.fromisoformat(fields["published_at"])
        fields["as_of"] = datetime.fromisoformat(fields["as_of"])
        fields["loads"] = tuple(fields["loads"])
        fields["warnings"] = tuple(
            ReleaseWarning.from_fields(warning) for warning in fields.get("warnings", ())
        )
        fields["erasures"] = tuple(Erasure(**erasure) for erasure in fields.get("erasures", ()))
        known = {field.name for field in dataclasses.fields(Release)}
        return Release(**{key: value for key, value in fields.items() if key in known})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseCorrupt(
            f"Release {directory.name} is corrupt: {path} cannot be read "
            f"({type(error).__name__}: {error}). "
            "Choose another one of `embudo releases`, or run `embudo refresh --full`."
        ) from error


def release_ids(home: Home) -> list[str]:
    """The ids of all releases, readable or not, the newest first."""
    if not home.releases.is_dir():
        return []
    directories = (
        path for path in home.releases.iterdir() if path.is_dir() and not is_temporary(path)
    )
    return sorted((path.name for path in directories), reverse=True)
