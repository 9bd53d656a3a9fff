"""One stream of one source landed: its pending files staged, written as one load, entered in the ledger.

The order makes it safe: Parquet files first, synced and renamed, then one transaction in the ledger.
Which files are pending belongs to `inbox`, which streams land together to `landing`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session, durable_files
from orchestration.core.errors import EmbudoError, ResourceExhausted, SourceError
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Load, NewColumns, RejectedFile, Reporter
from orchestration.core.resource_limits import as_resource_error, is_disk_full
from orchestration.ingestion.inbox import InboxFile, StreamChanges
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.file_columns import record_file_columns
from orchestration.ingestion.ledger.load_record import LoadRecord
from orchestration.ingestion.ledger.loads import add_load
from orchestration.ingestion.ledger.parts import ActivePart, FilePart, replace_parts
from orchestration.ingestion.ledger.rejected_files import reject_file
from orchestration.ingestion.left_out_keys import leaves_out, left_out_file, write_left_out
from orchestration.ingestion.load_buffer import LoadBuffer, StagedPart
from orchestration.ingestion.load_files import write_landing, write_quarantine
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.settings import Home, Settings
from orchestration.settings.contract import StreamContract


@dataclass(frozen=True)
class LandingContext:
    """What all streams of one landing share. `forgotten` are hashes under `key`."""

    settings: Settings
    home: Home
    ledger: Ledger
    run_id: str
    report: Reporter
    forgotten: frozenset[str]
    key: PrivacyKey | None
    at_once: int
    """How many streams land at the same time, and share the memory."""


@dataclass(frozen=True)
class LandedStream:
    """What the landing of one stream brought; `load` is None where no file could be landed."""

    load: Load | None
    rejected: tuple[RejectedFile, ...]
    replaced: tuple[str, ...]
    """Loads of which parts were replaced."""
    new_columns: tuple[NewColumns, ...] = ()
    is_starved: bool = False
    """Whether memory did not suffice for a file of it."""


@dataclass(frozen=True)
class _LoadIdentity:
    load_id: str
    load_seq: int
    landed_at: datetime


def land_stream(
    context: LandingContext, stream: StreamContract, changes: StreamChanges, *, load_seq: int
) -> LandedStream:
    """Land the pending files of a stream as load number `load_seq`.

    A file that cannot be landed, for whatever reason, is rejected and stops no other. Raises
    `ResourceExhausted` where the disk is full, or memory does not suffice to write the load: nothing of the
    stream has landed then.
    """
    landed_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    identity = _LoadIdentity(f"{landed_at:%Y%m%dT%H%M%S}-{load_seq:06d}", load_seq, landed_at)
    fatal: dict[str, str] = {}
    while True:
        try:
            landed, rows_forgotten = _land_at_once(context, stream, changes, identity, fatal)
            break
        except _ReaderLost as lost:
            fatal[lost.file.identity] = lost.reason
    _report(context.report, landed, rows_forgotten=rows_forgotten)
    return landed


class _ReaderLost(Exception):
    """A file broke the connection that it was read with, and all that was staged there with it."""

    def __init__(self, file: InboxFile, reason: str) -> None:
        super().__init__(reason)
        self.file, self.reason = file, reason


def _land_at_once(
    context: LandingContext,
    stream: StreamContract,
    changes: StreamChanges,
    identity: _LoadIdentity,
    fatal: Mapping[str, str],
) -> tuple[LandedStream, int]:
    """One attempt, without the files that broke an earlier one; and how many rows were of forgotten people."""
    scratch = context.home.work / identity.load_id
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb_session.connect(scratch=scratch, at_once=context.at_once) as connection:
            buffer = LoadBuffer(
                connection,
                stream=stream,
                settings=context.settings,
                source=changes.source,
                scratch=scratch,
                forgotten=context.forgotten,
                key=context.key,
            )
            return _land_files(context, buffer, changes, identity, fatal), buffer.rows_forgotten
    except (OSError, duckdb.Error, ResourceExhausted) as error:
        cause = as_resource_error(error)
        if cause is None:
            raise
        raise ResourceExhausted(
            f"{changes.source}.{stream.name} was not landed. {cause}"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _land_files(
    context: LandingContext,
    buffer: LoadBuffer,
    changes: StreamChanges,
    identity: _LoadIdentity,
    fatal: Mapping[str, str],
) -> LandedStream:
    ledger, run_id = context.ledger, context.run_id
    parts, rejected, is_starved = _stage_files(context, buffer, changes, identity.landed_at, fatal)
    failed = {file.sha256 for file, _ in rejected}
    faults = tuple(fault for _, fault in rejected)
    replaced = [part for part in changes.replaced if part.sha256 not in failed]
    replaced_loads = tuple(part.load_id for part in replaced)
    if not parts:
        replace_parts(ledger, replaced, by=run_id)
        return LandedStream(None, faults, replaced_loads, is_starved=is_starved)
    load, path = _write_files(context, buffer, parts, replaced, identity)
    digest = durable_files.sha256_of(path)
    failpoint("landing.written")
    add_load(ledger, load, run_id=run_id, sha256=digest, parts=parts, replaced=replaced)
    failpoint("landing.entered")
    new_columns = _record_columns(ledger, buffer, changes, parts)
    return LandedStream(load, faults, replaced_loads, new_columns, is_starved)


_Rejected = list[tuple[InboxFile, RejectedFile]]


@dataclass(frozen=True)
class _NotNow:
    """Why a file cannot be read in this refresh; nothing is wrong with it, so that the next tries again."""

    reason: str
    is_starved: bool = False


def _stage_files(
    context: LandingContext,
    buffer: LoadBuffer,
    changes: StreamChanges,
    landed_at: datetime,
    fatal: Mapping[str, str],
) -> tuple[list[FilePart], _Rejected, bool]:
    """The parts of the files that can be landed; the files that cannot, entered as rejected but for those that
    are tried again; and whether memory did not suffice for one.
    """
    parts: list[FilePart] = []
    rejected: _Rejected = []
    is_starved = False
    for file in changes.pending:
        outcome: StagedPart | _NotNow | str | None = fatal.get(file.identity)
        if outcome is None:
            outcome = _stage(buffer, file, part=len(parts) + 1, landed_at=landed_at)
        if isinstance(outcome, StagedPart):
            parts.append(_file_part(file, outcome))
            continue
        if outcome is None:
            continue
        reason = outcome.reason if isinstance(outcome, _NotNow) else outcome
        fault = RejectedFile(changes.source, changes.stream, file.path, reason)
        if isinstance(outcome, _NotNow):
            is_starved = is_starved or outcome.is_starved
        else:
            reject_file(context.ledger, fault, run_id=context.run_id, file=file.seen)
        rejected.append((file, fault))
        context.report.detail(f"{changes.source}.{changes.stream}: rejected: {reason}")
    return parts, rejected, is_starved


def _stage(
    buffer: LoadBuffer, file: InboxFile, *, part: int, landed_at: datetime
) -> StagedPart | _NotNow | str | None:
    """The staged part, why the file is rejected, or None where it is still being written.

    Whatever reading a file raises rejects that file alone, but for a full disk, which would reject all.
    """
    if file.fault is not None:
        return _NotNow(file.fault)
    try:
        staged = buffer.stage(file, part=part, landed_at=landed_at)
    except Exception as error:
        cause = as_resource_error(error)
        if cause is not None and is_disk_full(error):
            raise cause from error
        reason = _reason(file, error)
        try:
            buffer.discard(part)
        except duckdb.Error:
            raise _ReaderLost(file, reason) from error
        if cause is not None:
            return _NotNow(f"{file.path}: {cause}", is_starved=True)
        if not file.is_unchanged():
            return None
        return _NotNow(reason) if isinstance(error, OSError) else reason
    if not file.is_unchanged():
        buffer.discard(part)
        return None
    return staged


def _reason(file: InboxFile, error: Exception) -> str:
    """Why a file is rejected. Errors that nobody foresaw are named by kind alone: their text may hold a row."""
    if isinstance(error, EmbudoError):
        return str(error)
    if isinstance(error, OSError):
        return f"{file.path} cannot be read: {error.strerror or type(error).__name__}. Check its permissions."
    return (
        f"{file.path} cannot be read: {type(error).__name__}, which no reader expects. Check `format` in "
        "embudo.yml, or export the file in another format; if it persists, report it."
    )


def _file_part(file: InboxFile, staged: StagedPart) -> FilePart:
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


def _write_files(
    context: LandingContext,
    buffer: LoadBuffer,
    parts: Sequence[FilePart],
    replaced: Sequence[ActivePart],
    identity: _LoadIdentity,
) -> tuple[Load, Path]:
    """Write the load's Parquet files, durable under their final names; the load and its landed file."""
    source, stream, home = buffer.source, buffer.stream.name, context.home
    load = Load(
        load_id=identity.load_id,
        load_seq=identity.load_seq,
        source=source,
        stream=stream,
        landed_at=identity.landed_at,
        rows_read=sum(part.rows_read for part in parts),
        rows_landed=sum(part.rows_landed for part in parts),
        rows_quarantined=sum(part.rows_quarantined for part in parts),
        rows_skipped=sum(part.rows_skipped for part in parts),
        files=tuple(dict.fromkeys(part.path for part in parts)),
        size_bytes=0,
    )
    record = LoadRecord(load, context.run_id, parts=tuple(parts), replaced=tuple(replaced))
    try:
        if load.rows_quarantined:
            target = home.quarantine_of(source=source, stream=stream) / f"{load.load_id}.parquet"
            durable_files.make_folder(target.parent)
            with durable_files.writing(target) as temporary:
                write_quarantine(buffer, temporary, load_id=load.load_id)
            failpoint("landing.quarantine_written")
        if leaves_out(buffer):
            target = left_out_file(home, load)
            durable_files.make_folder(target.parent)
            with durable_files.writing(target) as temporary:
                write_left_out(buffer, temporary, load=load)
        target = home.landing_of(source=source, stream=stream) / f"{load.load_id}.parquet"
        durable_files.make_folder(target.parent)
        with durable_files.writing(target) as temporary:
            write_landing(buffer, temporary, record=record)
    except (OSError, duckdb.Error) as error:
        if as_resource_error(error) is not None:
            raise
        raise SourceError(
            f"Load {load.load_id} of {source}.{stream} cannot be written under {home.landing}: "
            f"{error}. Nothing of it counts. Check the folder's permissions, then refresh again."
        ) from error
    return replace(load, size_bytes=target.stat().st_size), target


def _record_columns(
    ledger: Ledger, buffer: LoadBuffer, changes: StreamChanges, parts: Sequence[FilePart]
) -> tuple[NewColumns, ...]:
    """Columns of the load's files that earlier ones of the same mapping lacked, in file order."""
    new_columns = []
    for part in parts:
        new = record_file_columns(
            ledger,
            source=changes.source,
            stream=changes.stream,
            fingerprint=part.fingerprint,
            columns=buffer.columns[part.part],
        )
        if new:
            new_columns.append(NewColumns(changes.source, changes.stream, part.path, new))
    return tuple(new_columns)


def _report(report: Reporter, landed: LandedStream, *, rows_forgotten: int) -> None:
    load = landed.load
    if load is None:
        return
    report.detail(
        f"{load.source}.{load.stream}: {load.rows_landed:,} rows of {len(load.files)} "
        f"file{'s' if len(load.files) > 1 else ''}, {load.rows_quarantined:,} quarantined"
        + (f", {rows_forgotten:,} of forgotten people" if rows_forgotten else "")
    )
    for new in landed.new_columns:
        report.detail(
            f"{new.source}.{new.stream}: {new.file} has new columns, kept as _extra: "
            f"{', '.join(new.columns)}"
        )
