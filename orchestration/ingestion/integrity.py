"""Landed files checked against the ledger's sizes and checksums, and corrupt ones re-read.

A corrupt load is not repaired in place: the files it came from are re-read into a new load, which
replaces it in the same transaction. Whether the ledger itself is intact belongs to `ledger.repair`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.core.durable_files import sha256_of
from orchestration.core.errors import LandingCorrupt
from orchestration.core.records import Load
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import active_loads, load_digests
from orchestration.ingestion.ledger.parts import ActivePart, parts_of_load, replace_parts
from orchestration.ingestion.ledger.seen_files import forget_seen_files
from orchestration.settings import Home, Settings

HASHED_BYTES = 256 * 1024 * 1024
"""How much of the landing a refresh hashes (about a third of a second); a full one hashes all of it."""


@dataclass(frozen=True)
class CorruptLoad:
    """A load whose file differs from what was landed, and how."""

    load: Load
    path: Path
    fault: str

    def __str__(self) -> str:
        return (
            f"load {self.load.load_id} of {self.load.source}.{self.load.stream}: {self.path} "
            f"{self.fault}"
        )


def find_corrupt(
    home: Home,
    ledger: Ledger,
    *,
    hashed_bytes: int | None = None,
    on_load: Callable[[Load], None] = lambda load: None,
) -> list[CorruptLoad]:
    """Loads that count and whose file is gone, has another size, or another checksum.

    With `hashed_bytes`, of loads beyond that many bytes only the size is checked; which ones is left to
    chance, so that all of a long history is hashed in the course of some refreshes.
    """
    digests = load_digests(ledger)
    loads = [load for load, _ in active_loads(ledger)]
    random.shuffle(loads)
    budget = float("inf") if hashed_bytes is None else hashed_bytes
    corrupt = []
    for load in loads:
        on_load(load)
        path = home.landing_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"
        budget -= load.size_bytes
        fault = _fault(
            path, size=load.size_bytes, digest=digests[load.load_id] if budget >= 0 else ""
        )
        if fault:
            corrupt.append(CorruptLoad(load, path, fault))
    return sorted(corrupt, key=lambda load: load.load.load_seq)


def _fault(path: Path, *, size: int, digest: str) -> str:
    try:
        size_found = path.stat().st_size
        if size_found != size:
            return f"has {size_found:,} bytes, {size:,} were landed"
        if digest and sha256_of(path) != digest:
            return "does not match its checksum"
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def schedule_reread(
    settings: Settings, home: Home, ledger: Ledger, corrupt: Sequence[CorruptLoad]
) -> Mapping[tuple[str, str], Sequence[ActivePart]]:
    """Have the next scan re-read the files of corrupt loads; their parts, by source and stream.

    Raises `LandingCorrupt` where a file has left the inbox or has changed, before anything is changed:
    then only a person can decide whether its rows may go.
    """
    parts = {file.load.load_id: parts_of_load(ledger, file.load.load_id) for file in corrupt}
    lost = [
        f"{file}; its rows came from {part.path}, which is no longer in the inbox as it was read"
        for file in corrupt
        for part in parts[file.load.load_id]
        if not _is_unchanged(settings, home, file.load.source, part)
    ]
    if lost:
        ids = " ".join(file.load.load_id for file in corrupt)
        raise LandingCorrupt(
            f"The landing is corrupt: {'; '.join(lost)}. Put the file back into the inbox, or the "
            "Parquet file back from a backup, and refresh again. Where neither is left, `embudo "
            f"doctor --give-up {ids}` takes the load's rows out of the data. Nothing was changed."
        )
    scheduled: dict[tuple[str, str], list[ActivePart]] = {}
    for file in corrupt:
        source, stream = file.load.source, file.load.stream
        forget_seen_files(ledger, parts[file.load.load_id], source=source, stream=stream)
        scheduled.setdefault((source, stream), []).extend(parts[file.load.load_id])
    return scheduled


def require_intact(ledger: Ledger, corrupt: Sequence[CorruptLoad]) -> None:
    """Raise `LandingCorrupt` where a corrupt load still counts after a landing."""
    active = {load.load_id for load, _ in active_loads(ledger)}
    left = [str(file) for file in corrupt if file.load.load_id in active]
    if left:
        raise LandingCorrupt(
            f"The landing is corrupt: {'; '.join(left)}. Its files were read again and did not "
            "land; `embudo status` shows why."
        )


def discard_corrupt_load(home: Home, load_id: str) -> Load:
    """Take a corrupt load's rows out of the data for good; its source files are not read again.

    Raises `LandingCorrupt` where there is no such load or its file is intact.
    """
    with Ledger(home.ledger) as ledger:
        corrupt = {file.load.load_id: file.load for file in find_corrupt(home, ledger)}
        if load_id not in corrupt:
            raise LandingCorrupt(
                f"Load {load_id} is not corrupt: found {', '.join(corrupt) or 'none'}. "
                "`embudo doctor` lists them."
            )
        replace_parts(ledger, parts_of_load(ledger, load_id), by="given up", is_final=True)
    return corrupt[load_id]


def _is_unchanged(settings: Settings, home: Home, source: str, part: ActivePart) -> bool:
    if source not in settings.sources:
        return False
    path = settings.inbox_of(source, home=home) / part.path
    try:
        return sha256_of(path) == part.sha256
    except OSError:
        return False
