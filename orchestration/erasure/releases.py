"""A person taken out of every kept release: each is rewritten, without a byte of them, under a new id.

A release never changes, so an erased one is another release: `<id>-e1` takes the place of `<id>`, `current`
moves by one rename, and readers see either the one or the other. Each step can be repeated. The rows of its
databases belong to `release_databases`, landing to `landing`.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.core.failpoints import failpoint
from orchestration.core.records import Erasure, Release, ReleaseWarning
from orchestration.erasure.release_databases import erase_databases
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.model_keys import read_declarations
from orchestration.publication.files import disk_full_as_error, sha256, sync, write_durably
from orchestration.publication.fingerprints import fingerprint
from orchestration.publication.layout import (
    DATABASES,
    MANIFEST,
    RECEIPT,
    RELEASE,
    TEMPORARY,
    mode_in_release,
)
from orchestration.publication.releases import (
    current_directory,
    release_text,
    releases,
    switch,
    verify_release,
)
from orchestration.settings import Home
from orchestration.settings.contract_loading import load_contract

_GENERATION = re.compile(r"(.*)-e(\d+)")


def erase_releases(
    home: Home, subject: DataSubject, erasure: Erasure, *, memory_limit: str = "800MB"
) -> Mapping[str, int]:
    """Replace every release that has not been through this erasure; rows that went or changed, by new id.

    The caller holds the refresh lock. Raises `ReleaseCorrupt` where a release does not verify: what cannot
    be read cannot be erased.
    """
    done: dict[str, int] = {}
    for release in reversed(releases(home)):
        if any(known.erasure_id == erasure.erasure_id for known in release.erasures):
            continue
        new_id = _next_id(release.release_id)
        if not (home.releases / new_id).is_dir():
            verify_release(home, release.release_id)
            done[new_id] = _rewrite(home, release, new_id, subject, erasure, memory_limit)
        current = current_directory(home)
        if current is not None and current.name == release.release_id:
            switch(home, new_id, step="erase")
        doomed = home.releases / f".{release.release_id}{TEMPORARY}"
        (home.releases / release.release_id).rename(doomed)
        failpoint("erase.moved")
        shutil.rmtree(doomed)
        sync(home.releases)
    return done


def _next_id(release_id: str) -> str:
    match = _GENERATION.fullmatch(release_id)
    return f"{match[1]}-e{int(match[2]) + 1}" if match else f"{release_id}-e1"


def _rewrite(
    home: Home,
    release: Release,
    new_id: str,
    subject: DataSubject,
    erasure: Erasure,
    memory_limit: str,
) -> int:
    old, new = home.release(release.release_id), home.releases / f".{new_id}{TEMPORARY}"
    shutil.rmtree(new, ignore_errors=True)
    with disk_full_as_error(new):
        new.mkdir()
    manifest = json.loads((old / MANIFEST).read_text(encoding="utf-8"))
    declared = read_declarations(manifest, load_contract())
    databases = erase_databases(old, new, subject, declared, memory_limit=memory_limit)
    for path in old.iterdir():
        if path.name not in (*DATABASES, RELEASE):
            (new / path.name).write_bytes(subject.scrub(path.read_bytes()))
    failpoint("erase.databases_written")
    note = dataclasses.replace(erasure, rows=databases.changed)
    _seal_receipt(new, note)
    sealed = dataclasses.replace(
        release,
        release_id=new_id,
        rows={name: databases.rows.get(name, count) for name, count in release.rows.items()},
        files={name: sha256(new / name) for name in sorted(p.name for p in new.iterdir())},
        fingerprints={path.name: fingerprint(path) for path in sorted(new.iterdir())},
        accepted={check: _scrubbed_text(why, subject) for check, why in release.accepted.items()},
        warnings=tuple(_scrubbed(warning, subject) for warning in release.warnings),
        erasures=(*release.erasures, note),
    )
    write_durably(new / RELEASE, release_text(sealed))
    for path in new.iterdir():
        path.chmod(mode_in_release(path.name))
        sync(path)
    sync(new)
    new.rename(home.release(new_id))
    sync(home.releases)
    failpoint("erase.renamed")
    return databases.changed


def _scrubbed(warning: ReleaseWarning, subject: DataSubject) -> ReleaseWarning:
    """Names of files and reasons for a waiver, which a warning quotes, may hold an address."""
    return dataclasses.replace(
        warning,
        observed=_scrubbed_text(warning.observed, subject),
        expected=_scrubbed_text(warning.expected, subject),
        remedy=_scrubbed_text(warning.remedy, subject),
        waiver=_scrubbed_text(warning.waiver, subject),
        exception=_scrubbed_text(warning.exception, subject),
    )


def _scrubbed_text(text: str, subject: DataSubject) -> str:
    return subject.scrub(text.encode()).decode()


def _seal_receipt(directory: Path, note: Erasure) -> None:
    """The receipt covers the new bytes and notes that they are not those that the gate checked."""
    path = directory / RECEIPT
    receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    receipt["files"] = {name: sha256(directory / name) for name in DATABASES}
    receipt["erasures"] = [*receipt.get("erasures", []), dataclasses.asdict(note)]
    path.write_text(json.dumps(receipt, indent=2), encoding="utf-8")
