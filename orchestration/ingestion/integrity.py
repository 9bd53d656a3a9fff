"""Landed files held against the ledger's sizes and checksums, and damaged ones read again.

A damaged load is not mended in place: the files it came from are read once more into a new load, which
replaces it in the same transaction. Whether the ledger itself is whole belongs to `ledger_repair`.
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
    """A load whose file is not what was landed, and what is wrong with it."""

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

    With `hashed_bytes`, loads beyond that many bytes are only held against their size; which ones is
    left to chance, so that all of a long history is hashed in the course of some refreshes.
    """
    digests = load_digests(ledger)
    loads = [load for load, _ in active_loads(ledger)]
    random.shuffle(loads)
    room = float("inf") if hashed_bytes is None else hashed_bytes
    found = []
    for load in loads:
        on_load(load)
        path = home.landing_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"
        room -= load.size_bytes
        fault = _fault(
            path, size=load.size_bytes, digest=digests[load.load_id] if room >= 0 else ""
        )
        if fault:
            found.append(CorruptLoad(load, path, fault))
    return sorted(found, key=lambda damaged: damaged.load.load_seq)


def _fault(path: Path, *, size: int, digest: str) -> str:
    try:
        found = path.stat().st_size
        if found != size:
            return f"has {found:,} bytes, {size:,} were landed"
        if digest and sha256_of(path) != digest:
            return "does not match its checksum"
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def read_again(
    settings: Settings, home: Home, ledger: Ledger, damaged: Sequence[CorruptLoad]
) -> Mapping[tuple[str, str], Sequence[ActivePart]]:
    """Have the next scan read the files of damaged loads; their parts, by source and stream.

    Raises `LandingCorrupt` where a file has left the inbox or is not the same any more, before
    anything is changed: then only a person can say whether its rows may go.
    """
    parts = {one.load.load_id: parts_of_load(ledger, one.load.load_id) for one in damaged}
    lost = [
        f"{one}; its rows came from {part.path}, which is no longer in the inbox as it was read"
        for one in damaged
        for part in parts[one.load.load_id]
        if not _is_there(settings, home, one.load.source, part)
    ]
    if lost:
        ids = " ".join(one.load.load_id for one in damaged)
        raise LandingCorrupt(
            f"The landing is damaged: {'; '.join(lost)}. Put the file back into the inbox, or the "
            "Parquet file back from a backup, and refresh again. Where neither is left, `embudo "
            f"doctor --give-up {ids}` takes the load's rows out of the data. Nothing was changed."
        )
    again: dict[tuple[str, str], list[ActivePart]] = {}
    for one in damaged:
        source, stream = one.load.source, one.load.stream
        forget_seen_files(ledger, parts[one.load.load_id], source=source, stream=stream)
        again.setdefault((source, stream), []).extend(parts[one.load.load_id])
    return again


def require_whole(ledger: Ledger, damaged: Sequence[CorruptLoad]) -> None:
    """Raise `LandingCorrupt` where a damaged load still counts after a landing."""
    counting = {load.load_id for load, _ in active_loads(ledger)}
    left = [str(one) for one in damaged if one.load.load_id in counting]
    if left:
        raise LandingCorrupt(
            f"The landing is damaged: {'; '.join(left)}. Its files were read again and did not "
            "land; `embudo status` says why."
        )


def give_up(home: Home, load_id: str) -> Load:
    """Take a damaged load's rows out of the data for good; its source files are not read again.

    Raises `LandingCorrupt` where there is no such load or its file is whole.
    """
    with Ledger(home.ledger) as ledger:
        damaged = {one.load.load_id: one.load for one in find_corrupt(home, ledger)}
        if load_id not in damaged:
            raise LandingCorrupt(
                f"Load {load_id} is not a damaged one: found {', '.join(damaged) or 'none'}. "
                "`embudo doctor` lists them."
            )
        replace_parts(ledger, parts_of_load(ledger, load_id), by="given up")
    return damaged[load_id]


def _is_there(settings: Settings, home: Home, source: str, part: ActivePart) -> bool:
    if source not in settings.sources:
        return False
    path = settings.inbox_of(source, home=home) / part.path
    try:
        return sha256_of(path) == part.sha256
    except OSError:
        return False
