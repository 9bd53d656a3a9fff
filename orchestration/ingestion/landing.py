"""One scan of the inboxes: pending files land, and rows that break the contract go to quarantine.

What a killed landing leaves behind is removed at the start of the next. How one stream lands belongs
to `stream_landing`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from orchestration.core import durable_files
from orchestration.core.errors import ResourceExhausted
from orchestration.core.failpoints import failpoint
from orchestration.core.records import LandingResult, Reporter, UnselectedFile
from orchestration.ingestion import integrity
from orchestration.ingestion.inbox import StreamChanges, scan
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import all_loads, next_load_seq
from orchestration.ingestion.ledger.parts import ActivePart
from orchestration.ingestion.ledger.unnamed_streams import record_named_streams
from orchestration.ingestion.stream_landing import LandedStream, LandingContext, land_stream
from orchestration.privacy.tombstones import suppression_list
from orchestration.settings import Home, Settings
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

_STREAMS_AT_ONCE = 2


def land(
    settings: Settings, home: Home, *, run_id: str, report: Reporter, hash_all: bool = False
) -> LandingResult:
    """Land the pending files of every stream of every source.

    What streams landed that embudo.yml no longer names does not count from here on; what they landed is kept.
    Landed files are checked against their checksums first (`hash_all`, or as many as a refresh has time
    for); corrupt ones are re-read from the inbox. Returns the loads made, the files newly rejected, and
    earlier loads that were replaced in part or whole. Raises `SourceError` where an inbox is missing,
    `LandingCorrupt` where a corrupt load cannot be re-read, `ResourceExhausted` where disk or memory run out; a
    file that cannot be landed stops no other.
    """
    contract = load_contract()
    home.prepare()
    forgotten, key = suppression_list(home)
    with Ledger(home.ledger) as ledger:
        record_named_streams(ledger, settings.named_streams())
        clear_leftovers(home, ledger)
        failpoint("landing.leftovers_cleared")
        jobs = _changes(settings, home, contract, ledger)
        # Where no file is pending none is read: only sizes are checked.
        hashed_bytes = integrity.HASHED_BYTES if jobs else 0
        corrupt = integrity.find_corrupt(
            home, ledger, hashed_bytes=None if hash_all else hashed_bytes
        )
        for load in corrupt:
            report.detail(f"{load}; reading its files again")
        if corrupt:
            reread = integrity.schedule_reread(settings, home, ledger, corrupt)
            jobs = _changes(settings, home, contract, ledger, reread=reread)
        context = LandingContext(
            settings=settings,
            home=home,
            ledger=ledger,
            run_id=run_id,
            report=report,
            forgotten=forgotten,
            key=key,
            at_once=max(1, min(_STREAMS_AT_ONCE, len(jobs))),
        )
        landed = _land_all(context, contract, jobs)
        _require_memory(landed)
        integrity.require_intact(ledger, corrupt)
    replaced = (load_id for stream in landed for load_id in stream.replaced)
    return LandingResult(
        loads=tuple(stream.load for stream in landed if stream.load is not None),
        rejected_files=tuple(fault for stream in landed for fault in stream.rejected),
        replaced_loads=tuple(dict.fromkeys(replaced)),
        new_columns=tuple(new for stream in landed for new in stream.new_columns),
        unselected=tuple(
            UnselectedFile(job.source, job.stream, part.path)
            for job in jobs
            for part in job.unselected
        ),
    )


def _land_all(
    context: LandingContext, contract: Mapping[str, StreamContract], jobs: Sequence[StreamChanges]
) -> list[LandedStream]:
    """Land the streams in parallel; results in the order of the settings."""
    # Numbered here, in the order of the settings, so that who is faster decides nothing.
    first = next_load_seq(context.ledger)

    def work(number: int) -> LandedStream:
        changes = jobs[number]
        return land_stream(context, contract[changes.stream], changes, load_seq=first + number)

    # Much of a small file's time is planning its query, on one core: streams share the others.
    # The longest begin, so that none is left to run alone at the end.
    order = sorted(range(len(jobs)), key=lambda n: -sum(file.size for file in jobs[n].pending))
    with ThreadPoolExecutor(max_workers=context.at_once) as pool:
        landed = dict(zip(order, pool.map(work, order), strict=True))
    return [landed[number] for number in range(len(jobs))]


def _require_memory(landed: Sequence[LandedStream]) -> None:
    """Raise `ResourceExhausted` where memory sufficed for no file at all: then it is not the files' fault."""
    starved = [stream for stream in landed if stream.is_starved]
    if starved and not any(stream.load is not None for stream in landed):
        raise ResourceExhausted(starved[0].rejected[-1].reason)


def _changes(
    settings: Settings,
    home: Home,
    contract: Mapping[str, StreamContract],
    ledger: Ledger,
    *,
    reread: Mapping[tuple[str, str], Sequence[ActivePart]] = MappingProxyType({}),
) -> list[StreamChanges]:
    """What has changed by stream, in the order of the settings; `reread` are parts to be replaced."""
    jobs = []
    for source, spec in settings.sources.items():
        for stream in spec.streams:
            changes = scan(settings, home, source=source, stream=contract[stream], ledger=ledger)
            replaced = dict.fromkeys((*changes.replaced, *reread.get((source, stream), ())))
            if changes.pending or replaced:
                jobs.append(replace(changes, replaced=tuple(replaced)))
    return jobs


def clear_leftovers(home: Home, ledger: Ledger) -> list[Path]:
    """Remove what a killed landing left: scratch, temporary files, Parquet that the ledger does not
    know.
    """
    shutil.rmtree(home.work, ignore_errors=True)
    listed = {load.load_id for load in all_loads(ledger)}
    removed: list[Path] = []
    for folder in (home.landing, home.quarantine, home.left_out):
        if folder.is_dir():
            removed += durable_files.remove_unlisted(folder, listed=listed)
    return removed
