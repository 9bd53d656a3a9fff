"""One scan of the inboxes: new files land, what breaks the contract goes to quarantine, the ledger
knows.

The order makes it safe: Parquet files first, synced and renamed, then one transaction in the
ledger. What a killed landing leaves behind is removed at the start of the next.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import duckdb

from orchestration.core import duckdb_session, durable_files
from orchestration.core.errors import ContractBroken, ResourceExhausted, SourceError
from orchestration.core.failpoints import failpoint
from orchestration.core.records import LandingResult, Load, NewColumns, RejectedFile, Reporter
from orchestration.core.resource_limits import explained
from orchestration.ingestion import integrity
from orchestration.ingestion.inbox import NewFile, StreamChanges, scan
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.file_columns import record_file_columns
from orchestration.ingestion.ledger.load_record import LoadRecord
from orchestration.ingestion.ledger.loads import add_load, all_loads, next_load_seq
from orchestration.ingestion.ledger.parts import ActivePart, FilePart, replace_parts
from orchestration.ingestion.ledger.rejected_files import reject_file
from orchestration.ingestion.load_buffer import StagedPart, Staging
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.tombstones import forgotten_hashes
from orchestration.settings import Home, Settings
from orchestration.settings.contract import StreamContract, load_contract

_STREAMS_AT_ONCE = 2


@dataclass(frozen=True)
class _Landed:
    load: Load | None
    set_aside: tuple[RejectedFile, ...]
    replaced: tuple[str, ...]
    new_columns: tuple[NewColumns, ...] = ()


def land(
    settings: Settings, home: Home, *, run_id: str, report: Reporter, hash_all: bool = False
) -> LandingResult:
    """Land what is new for every stream of every source.

    Landed files are held against their checksums first (`hash_all`, or as many as a refresh has time
    for); damaged ones are read again from the inbox. Returns the loads made, the files newly set
    aside, and earlier loads that were replaced in part or whole. Raises `SourceError` where an inbox
    is missing, `LandingCorrupt` where a damaged load cannot be read again; a file that cannot be
    landed stops no other.
    """
    contract = load_contract()
    home.prepare()
    forgotten, key = forgotten_hashes(home)
    with Ledger(home.ledger) as ledger:
        clear_leftovers(home, ledger)
        failpoint("landing.leftovers_cleared")
        jobs = _news(settings, home, contract, ledger)
        # With nothing new no file is read: sizes alone are looked at.
        hashed_bytes = integrity.HASHED_BYTES if jobs else 0
        damaged = integrity.find_corrupt(
            home, ledger, hashed_bytes=None if hash_all else hashed_bytes
        )
        for one in damaged:
            report.detail(f"{one}; reading its files again")
        if damaged:
            again = integrity.read_again(settings, home, ledger, damaged)
            jobs = _news(settings, home, contract, ledger, again=again)
        # Numbered here, in the order of the settings, so that who is faster decides nothing.
        first = next_load_seq(ledger)

        at_once = max(1, min(_STREAMS_AT_ONCE, len(jobs)))

        def work(number: int, news: StreamChanges) -> _Landed:
            return _land_stream(
                settings,
                home,
                ledger,
                contract[news.stream],
                news,
                load_seq=first + number,
                run_id=run_id,
                report=report,
                forgotten=forgotten,
                key=key,
                at_once=at_once,
            )

        # Much of a small file's time is planning its query, on one core: streams share the others.
        # The longest begin, so that none is left to run alone at the end.
        order = sorted(range(len(jobs)), key=lambda n: -sum(file.size for file in jobs[n].new))
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            found = dict(zip(order, pool.map(work, order, [jobs[n] for n in order]), strict=True))
        done = [found[number] for number in range(len(jobs))]
        integrity.require_whole(ledger, damaged)
    replaced = (load_id for landed in done for load_id in landed.replaced)
    return LandingResult(
        loads=tuple(landed.load for landed in done if landed.load is not None),
        set_aside=tuple(fault for landed in done for fault in landed.set_aside),
        replaced_loads=tuple(dict.fromkeys(replaced)),
        new_columns=tuple(new for landed in done for new in landed.new_columns),
    )


def _news(
    settings: Settings,
    home: Home,
    contract: Mapping[str, StreamContract],
    ledger: Ledger,
    *,
    again: Mapping[tuple[str, str], Sequence[ActivePart]] = MappingProxyType({}),
) -> list[StreamChanges]:
    """What is new by stream, in the order of the settings; `again` are parts to be replaced."""
    jobs = []
    for source, spec in settings.sources.items():
        for stream in spec.streams:
            news = scan(settings, home, source=source, stream=contract[stream], ledger=ledger)
            gone = dict.fromkeys((*news.replaced, *again.get((source, stream), ())))
            if news.new or gone:
                jobs.append(replace(news, replaced=tuple(gone)))
    return jobs


def clear_leftovers(home: Home, ledger: Ledger) -> list[Path]:
    """Remove what a killed landing left: scratch, temporary files, Parquet that the ledger does not
    know.
    """
    shutil.rmtree(home.work, ignore_errors=True)
    listed = {load.load_id for load in all_loads(ledger)}
    removed: list[Path] = []
    for folder in (home.landing, home.quarantine):
        if folder.is_dir():
            removed += durable_files.remove_unlisted(folder, listed=listed)
    return removed


def _land_stream(
    settings: Settings,
    home: Home,
    ledger: Ledger,
    stream: StreamContract,
    news: StreamChanges,
    *,
    load_seq: int,
    run_id: str,
    report: Reporter,
    forgotten: frozenset[str],
    key: PrivacyKey | None,
    at_once: int,
) -> _Landed:
    landed_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    load_id = f"{landed_at:%Y%m%dT%H%M%S}-{load_seq:06d}"
    scratch = home.work / load_id
    scratch.mkdir(parents=True, exist_ok=True)
    parts: list[FilePart] = []
    aside: list[RejectedFile] = []
    failed: set[str] = set()
    try:
        with duckdb_session.connect(scratch=scratch, at_once=at_once) as connection:
            staging = Staging(
                connection,
                stream=stream,
                settings=settings,
                source=news.source,
                scratch=scratch,
                forgotten=forgotten,
                key=key,
            )
            for file in news.new:
                outcome = _stage(staging, file, part=len(parts) + 1, landed_at=landed_at)
                if isinstance(outcome, StagedPart):
                    parts.append(_file_part(file, outcome))
                elif outcome is not None:
                    fault = RejectedFile(news.source, stream.name, file.path, outcome)
                    reject_file(ledger, fault, run_id=run_id, file=file.seen)
                    aside.append(fault)
                    failed.add(file.sha256)
                    report.detail(f"{news.source}.{stream.name}: set aside: {outcome}")
            replaced = [part for part in news.replaced if part.sha256 not in failed]
            if not parts:
                replace_parts(ledger, replaced, by=run_id)
                return _Landed(None, tuple(aside), tuple(part.load_id for part in replaced))
            load = _write(
                staging,
                home,
                parts,
                replaced,
                load_id=load_id,
                load_seq=load_seq,
                landed_at=landed_at,
                run_id=run_id,
            )
            digest = durable_files.sha256_of(
                home.landing_of(source=news.source, stream=stream.name) / f"{load_id}.parquet"
            )
            failpoint("landing.written")
            add_load(ledger, load, run_id=run_id, sha256=digest, parts=parts, replaced=replaced)
            failpoint("landing.entered")
            new_columns = _new_columns(ledger, staging, news, parts)
    except (OSError, duckdb.Error, ResourceExhausted) as error:
        said = explained(error)
        if said is None:
            raise
        raise ResourceExhausted(f"{news.source}.{stream.name} was not landed. {said}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    report.detail(
        f"{news.source}.{stream.name}: {load.rows_landed:,} rows of {len(load.files)} "
        f"file{'s' if len(load.files) > 1 else ''}, {load.rows_quarantined:,} quarantined"
        + (f", {staging.rows_forgotten:,} of forgotten people" if staging.rows_forgotten else "")
    )
    for new in new_columns:
        report.detail(
            f"{new.source}.{new.stream}: {new.file} has new columns, kept as _extra: "
            f"{', '.join(new.columns)}"
        )
    return _Landed(load, tuple(aside), tuple(part.load_id for part in replaced), new_columns)


def _new_columns(
    ledger: Ledger, staging: Staging, news: StreamChanges, parts: Sequence[FilePart]
) -> tuple[NewColumns, ...]:
    """What the load's files have that earlier ones of the same mapping had not, in file order."""
    found = []
    for part in parts:
        new = record_file_columns(
            ledger,
            source=news.source,
            stream=news.stream,
            fingerprint=part.fingerprint,
            columns=staging.columns[part.part],
        )
        if new:
            found.append(NewColumns(news.source, news.stream, part.path, new))
    return tuple(found)


def _stage(
    staging: Staging, file: NewFile, *, part: int, landed_at: datetime
) -> StagedPart | str | None:
    """The staged part, why the file is set aside, or None where it is still being written."""
    try:
        staged = staging.stage(file, part=part, landed_at=landed_at)
    except (ContractBroken, SourceError) as error:
        said = explained(error)
        if said is not None:
            raise said from error  # not the file's fault: it is tried again
        staging.discard(part)
        return str(error) if file.is_unchanged() else None
    if not file.is_unchanged():
        staging.discard(part)
        return None
    return staged


def _file_part(file: NewFile, staged: StagedPart) -> FilePart:
    return FilePart(
        part=staged.part,
        path=file.path,
        size=file.size,
        mtime_ns=file.mtime_ns,
        sha256=file.sha256,
        fingerprint=file.fingerprint,
        rows_read=staged.rows_read,
        rows_landed=staged.rows_landed,
        rows_quarantined=staged.rows_quarantined,
        rows_skipped=staged.rows_skipped,
        business_max=staged.business_max,
    )


def _write(
    staging: Staging,
    home: Home,
    parts: Sequence[FilePart],
    replaced: Sequence[ActivePart],
    *,
    load_id: str,
    load_seq: int,
    landed_at: datetime,
    run_id: str,
) -> Load:
    """Write the load's Parquet files, durable under their final names."""
    source, stream = staging.source, staging.stream.name
    load = Load(
        load_id=load_id,
        load_seq=load_seq,
        source=source,
        stream=stream,
        landed_at=landed_at,
        rows_read=sum(part.rows_read for part in parts),
        rows_landed=sum(part.rows_landed for part in parts),
        rows_quarantined=sum(part.rows_quarantined for part in parts),
        rows_skipped=sum(part.rows_skipped for part in parts),
        files=tuple(dict.fromkeys(part.path for part in parts)),
        size_bytes=0,
    )
    record = LoadRecord(load=load, run_id=run_id, parts=tuple(parts), replaced=tuple(replaced))
    try:
        if load.rows_quarantined:
            target = home.quarantine_of(source=source, stream=stream) / f"{load_id}.parquet"
            durable_files.make_folder(target.parent)
            with durable_files.writing(target) as aside:
                staging.write_quarantine(aside, load_id=load_id)
            failpoint("landing.quarantine_written")
        target = home.landing_of(source=source, stream=stream) / f"{load_id}.parquet"
        durable_files.make_folder(target.parent)
        with durable_files.writing(target) as aside:
            staging.write_landing(
                aside,
                load_id=load_id,
                load_seq=load_seq,
                landed_at=landed_at,
                record=record.to_json(),
            )
    except (OSError, duckdb.Error) as error:
        if explained(error) is not None:
            raise
        raise SourceError(
            f"Load {load_id} of {source}.{stream} cannot be written under {home.landing}: {error}. "
            "Nothing of it counts. Check the folder's permissions, then refresh again."
        ) from error
    return replace(load, size_bytes=target.stat().st_size)
