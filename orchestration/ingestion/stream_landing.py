"""One stream of one source landed: its pending files staged, written as one load, entered in the ledger.

The order makes it safe: Parquet files first, synced and renamed, then one transaction in the ledger.
Which files are pending belongs to `inbox`, which streams land together to `landing`.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session, durable_files
from orchestration.core.errors import ContractBroken, ResourceExhausted, SourceError
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Load, NewColumns, RejectedFile, Reporter
from orchestration.core.resource_limits import as_resource_error
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


@dataclass(frozen=True)
class _LoadIdentity:
    load_id: str
    load_seq: int
    landed_at: datetime


def land_stream(
    context: LandingContext, stream: StreamContract, changes: StreamChanges, *, load_seq: int
) -> LandedStream:
    """Land the pending files of a stream as load number `load_seq`.

    A file that cannot be landed is rejected and stops no other. Raises `ResourceExhausted` where disk
    or memory run out: nothing of the stream has landed then.
    """
    landed_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    load_id = f"{landed_at:%Y%m%dT%H%M%S}-{load_seq:06d}"
    scratch = context.home.work / load_id
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
            identity = _LoadIdentity(load_id, load_seq, landed_at)
            landed = _land_files(context, buffer, changes, identity)
    except (OSError, duckdb.Error, ResourceExhausted) as error:
        cause = as_resource_error(error)
        if cause is None:
            raise
        raise ResourceExhausted(
            f"{changes.source}.{stream.name} was not landed. {cause}"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _report(context.report, landed, rows_forgotten=buffer.rows_forgotten)
    return landed


def _land_files(
    context: LandingContext, buffer: LoadBuffer, changes: StreamChanges, identity: _LoadIdentity
) -> LandedStream:
    ledger, run_id = context.ledger, context.run_id
    parts, rejected = _stage_files(context, buffer, changes, landed_at=identity.landed_at)
    failed = {file.sha256 for file, _ in rejected}
    faults = tuple(fault for _, fault in rejected)
    replaced = [part for part in changes.replaced if part.sha256 not in failed]
    replaced_loads = tuple(part.load_id for part in replaced)
    if not parts:
        replace_parts(ledger, replaced, by=run_id)
        return LandedStream(None, faults, replaced_loads)
    load, path = _write_files(context, buffer, parts, replaced, identity)
    digest = durable_files.sha256_of(path)
    failpoint("landing.written")
    add_load(ledger, load, run_id=run_id, sha256=digest, parts=parts, replaced=replaced)
    failpoint("landing.entered")
    new_columns = _record_columns(ledger, buffer, changes, parts)
    return LandedStream(load, faults, replaced_loads, new_columns)


def _stage_files(
    context: LandingContext, buffer: LoadBuffer, changes: StreamChanges, *, landed_at: datetime
) -> tuple[list[FilePart], list[tuple[InboxFile, RejectedFile]]]:
    """The parts of the files that can be landed, and the files that cannot, entered as rejected."""
    parts: list[FilePart] = []
    rejected: list[tuple[InboxFile, RejectedFile]] = []
    for file in changes.pending:
        outcome = _stage(buffer, file, part=len(parts) + 1, landed_at=landed_at)
        if isinstance(outcome, StagedPart):
            parts.append(_file_part(file, outcome))
        elif outcome is not None:
            fault = RejectedFile(changes.source, changes.stream, file.path, outcome)
            reject_file(context.ledger, fault, run_id=context.run_id, file=file.seen)
            rejected.append((file, fault))
            context.report.detail(f"{changes.source}.{changes.stream}: rejected: {outcome}")
    return parts, rejected


def _stage(
    buffer: LoadBuffer, file: InboxFile, *, part: int, landed_at: datetime
) -> StagedPart | str | None:
    """The staged part, why the file is rejected, or None where it is still being written."""
    try:
        staged = buffer.stage(file, part=part, landed_at=landed_at)
    except (ContractBroken, SourceError) as error:
        cause = as_resource_error(error)
        if cause is not None:
            raise cause from error  # not the file's fault: it is tried again
        buffer.discard(part)
        return str(error) if file.is_unchanged() else None
    if not file.is_unchanged():
        buffer.discard(part)
        return None
    return staged


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
    found = []
    for part in parts:
        new = record_file_columns(
            ledger,
            source=changes.source,
            stream=changes.stream,
            fingerprint=part.fingerprint,
            columns=buffer.columns[part.part],
        )
        if new:
            found.append(NewColumns(changes.source, changes.stream, part.path, new))
    return tuple(found)


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
