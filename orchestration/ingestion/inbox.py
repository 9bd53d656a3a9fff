"""Pending files of the inboxes: files matched by selections, compared with the ledger.

Where no file is pending a scan reads names, sizes and times only. Reading files belongs to
`stream_landing`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.core.errors import SourceError
from orchestration.ingestion.file_patterns import is_matched
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import ActivePart, active_parts
from orchestration.ingestion.ledger.seen_files import SeenFile, record_seen_file, seen_files
from orchestration.ingestion.repaired_files import REPAIRED
from orchestration.settings import FormatSpec, Home, SelectionSpec, Settings
from orchestration.settings.contract import StreamContract

MAPPING_VERSION = 5
"""Grows when the same settings read the same file differently, so that files are re-read."""

_TEMPORARY = (".", "~$")
_PARTIAL = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True)
class InboxFile:
    """A file that a selection has not landed yet. `path` is relative to the inbox."""

    inbox: Path
    path: str
    size: int
    mtime_ns: int
    sha256: str
    selection: SelectionSpec
    file_format: FormatSpec
    fingerprint: str
    fault: str | None = None
    """Why the file cannot be opened at all; its size, time and checksum are not known then."""

    @property
    def identity(self) -> str:
        """What distinguishes it within its stream."""
        return f"{self.fingerprint} {self.path}"

    @property
    def absolute(self) -> Path:
        """Where the file is."""
        return self.inbox / self.path

    @property
    def seen(self) -> SeenFile:
        """As the ledger stores it."""
        return SeenFile(self.path, self.size, self.mtime_ns, self.sha256, self.fingerprint)

    def is_unchanged(self) -> bool:
        """Whether the file is still as it was when it was found."""
        try:
            stat = self.absolute.stat()
        except FileNotFoundError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


class _OutsideOfInbox(Exception):
    """A link leads out of the inbox."""


@dataclass(frozen=True)
class StreamChanges:
    """What a scan found for one stream of one source."""

    source: str
    stream: str
    pending: tuple[InboxFile, ...]
    replaced: tuple[ActivePart, ...]
    """Parts read with a mapping that is gone, or of files that no selection names any more; they are replaced once
    `pending` has landed.
    """
    unselected: tuple[ActivePart, ...] = ()
    """Those of `replaced` whose files no selection names any more."""


def fingerprint(
    settings: Settings, *, source: str, stream: StreamContract, selection: SelectionSpec
) -> str:
    """A digest of all that decides how a selection reads a file: mapping, format, zone, currency,
    contract.
    """
    facts = {
        "version": MAPPING_VERSION,
        "selection": selection.model_dump(mode="json", exclude={"files", "format"}),
        "format": settings.format_of(source, selection).model_dump(mode="json"),
        "time_zone": settings.time_zone_of(source),
        "calendar": settings.time_zone,
        "currency": settings.currency_of(source),
        "keys_of": settings.keys_of(source),
        "contract": [
            [
                column.name,
                column.data_type,
                column.required,
                list(column.spellings),
                column.minimum,
                column.is_word,
            ]
            for column in stream.columns
        ],
        "in_order": list(stream.in_order),
        "rules": [[rule.name, rule.check] for rule in stream.rules],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def scan(
    settings: Settings, home: Home, *, source: str, stream: StreamContract, ledger: Ledger
) -> StreamChanges:
    """What has changed for one stream. Raises `SourceError` where its inbox is missing."""
    inbox = settings.inbox_of(source, home=home)
    if source in settings.apis:
        inbox.mkdir(parents=True, exist_ok=True)
    if not inbox.is_dir():
        raise SourceError(
            f"The inbox of source {source} is not there: {inbox}. "
            "Make the folder, set `inbox` in embudo.yml, or name it with --inbox."
        )
    known = seen_files(ledger, source=source, stream=stream.name)
    done = {(file.fingerprint, file.sha256) for file in known.values()}
    pending: list[InboxFile] = []
    current: dict[str, list[SelectionSpec]] = {}
    present: dict[str, set[str]] = {}
    for selection in settings.selections_of(source, stream.name):
        mapping = fingerprint(settings, source=source, stream=stream, selection=selection)
        current.setdefault(mapping, []).append(selection)
        for path in _matched(inbox, selection):
            present.setdefault(mapping, set()).add(path)
            file = _pending(settings, source, selection, mapping, inbox, path, known)
            if file is None:
                continue
            # A snapshot's name dates it: the same bytes again are the state of a later day.
            is_known = (mapping, file.sha256) in done and file.fault is None
            if is_known and selection.snapshot is None:
                record_seen_file(ledger, file.seen, source=source, stream=stream.name)
                known[mapping, file.path] = file.seen
                continue
            done.add((mapping, file.sha256))
            pending.append(file)
    parts = active_parts(ledger, source=source, stream=stream.name)
    unselected = tuple(_unselected(parts, current, present, known))
    replaced = (*_replaced(parts, current, inbox, pending, known), *unselected)
    return StreamChanges(source, stream.name, tuple(pending), replaced, unselected)


def _matched(inbox: Path, selection: SelectionSpec) -> list[str]:
    paths: set[str] = set()
    for pattern in selection.files:
        for path in inbox.glob(pattern):
            name = path.name
            if name.startswith(_TEMPORARY) or name.endswith(_PARTIAL) or not path.is_file():
                continue
            paths.add(path.relative_to(inbox).as_posix())
    return sorted(paths)


def _pending(
    settings: Settings,
    source: str,
    selection: SelectionSpec,
    mapping: str,
    inbox: Path,
    path: str,
    known: Mapping[tuple[str, str], SeenFile],
) -> InboxFile | None:
    digest, fault, stat = "", None, None
    try:
        path.encode()
        stat = (inbox / path).stat()
        before = known.get((mapping, path))
        if before is not None and (before.size, before.mtime_ns) == (
            stat.st_size,
            stat.st_mtime_ns,
        ):
            return None
        if not (inbox / path).resolve().is_relative_to(inbox.resolve()):
            raise _OutsideOfInbox
        with (inbox / path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except _OutsideOfInbox:
        stat = None
        fault = (
            f"{path} is a link to a place outside of the inbox, which is not followed. Drop the file "
            "itself, or set `inbox` to where it is."
        )
    except UnicodeEncodeError:
        path = path.encode("utf-8", "backslashreplace").decode()
        fault = f"{path}: its name is not UTF-8. Rename the file."
    except OSError as error:
        stat, fault = None, f"{path} cannot be read: {error.strerror}. Check its permissions."
    file_format = settings.format_of(source, selection)
    if REPAIRED in path:
        # `quarantine.export` writes UTF-8, whatever the source writes.
        file_format = file_format.model_copy(update={"encoding": "utf-8"})
    return InboxFile(
        inbox=inbox,
        path=path,
        size=stat.st_size if stat is not None else 0,
        mtime_ns=stat.st_mtime_ns if stat is not None else 0,
        sha256=digest,
        selection=selection,
        file_format=file_format,
        fingerprint=mapping,
        fault=fault,
    )


def _replaced(
    parts: Sequence[ActivePart],
    current: Collection[str],
    inbox: Path,
    pending: list[InboxFile],
    known: Mapping[tuple[str, str], SeenFile],
) -> Iterator[ActivePart]:
    """Parts under a mapping that is gone whose file is re-read, or is still there.

    A file that has left the inbox keeps its rows: there is nothing to re-read them from.
    """
    obsolete = [part for part in parts if part.fingerprint not in current]
    if not obsolete:
        return
    reread = {file.sha256 for file in pending} | {
        file.sha256 for file in known.values() if file.fingerprint in current
    }
    for part in obsolete:
        if part.sha256 in reread or (inbox / part.path).is_file():
            yield part


def _unselected(
    parts: Sequence[ActivePart],
    current: Mapping[str, Sequence[SelectionSpec]],
    present: Mapping[str, Collection[str]],
    known: Mapping[tuple[str, str], SeenFile],
) -> Iterator[ActivePart]:
    """Parts under a mapping of today whose file its `files` no longer name, under any name that it was seen under."""
    paths: dict[tuple[str, str], set[str]] = {}
    for file in known.values():
        paths.setdefault((file.fingerprint, file.sha256), set()).add(file.path)
    for part in parts:
        patterns = [
            pattern
            for selection in current.get(part.fingerprint, ())
            for pattern in selection.files
        ]
        names = {part.path, *paths.get((part.fingerprint, part.sha256), ())}
        named = present.get(part.fingerprint, ())
        if patterns and not any(name in named or is_matched(name, patterns) for name in names):
            yield part
