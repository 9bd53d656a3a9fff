"""Full snapshots: what an earlier one had and the newest lacks was deleted in the source.

Which files make a snapshot, which one is the newest, and the rows that stand for what it lacks, as
SQL. A row so deleted looks like one that the source itself has marked deleted. Reading files
belongs to `stream_landing`; whether a snapshot is implausibly small, to `quality`. ADR 16 has the
reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from orchestration.core import duckdb_session
from orchestration.ingestion.file_patterns import is_matched
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import StreamPart, stream_parts
from orchestration.ingestion.repaired_files import original_of
from orchestration.settings import SelectionSpec, Settings
from orchestration.settings.contract import StreamContract


@dataclass(frozen=True)
class Series:
    """The snapshots of one selection: parts of its older ones, and of those that show what exists."""

    older: tuple[StreamPart, ...]
    present: tuple[StreamPart, ...]
    """Parts of the newest reliable snapshot, and of what came after it."""
    file: str
    """The `_file` of deleted rows: the newest file of that snapshot."""
    load_seq: int
    """The newest load of any snapshot, so that a refresh that reads new loads sees all deletions."""


def series_of(settings: Settings, ledger: Ledger, stream: StreamContract) -> list[Series]:
    """The snapshots of a stream that count: one entry per selection that deletes anything."""
    series = []
    for source, spec in settings.sources.items():
        if stream.name not in spec.streams:
            continue
        for selection in settings.selections_of(source, stream.name):
            if selection.snapshot is None:
                continue
            parts = stream_parts(ledger, source=source, stream=stream.name)
            mine = [part for part in parts if is_matched(part.path, selection.files)]
            of_selection = _series(mine, selection)
            if of_selection is not None:
                series.append(of_selection)
    return series


def _series(parts: Sequence[StreamPart], selection: SelectionSpec) -> Series | None:
    snapshots: dict[str, list[StreamPart]] = {}
    for part in parts:
        original = original_of(part.path)
        of_folder = str(PurePosixPath(original).parent)
        snapshots.setdefault(of_folder if selection.snapshot == "folder" else original, []).append(
            part
        )
    names = sorted(snapshots)
    newest = {name: _newest(snapshots[name]) for name in names}
    reliable = [name for name in names if _is_reliable(newest[name])]
    if not reliable:
        return None
    present = [part for name in names if name >= reliable[-1] for part in newest[name]]
    older = [part for part in parts if part not in present]
    if not older:
        return None
    return Series(
        older=tuple(older),
        present=tuple(present),
        file=max(part.path for part in newest[reliable[-1]]),
        load_seq=max(part.load_seq for part in parts),
    )


def _newest(parts: Sequence[StreamPart]) -> list[StreamPart]:
    """The last that came of each file of a snapshot, and its repaired rows."""
    last: dict[str, int] = {}
    for part in parts:
        if part.path == original_of(part.path):
            last[part.path] = max(part.load_seq, last.get(part.path, 0))
    return [
        part
        for part in parts
        if part.load_seq == last.get(part.path)
        or (part.path not in last and part.load_seq > last.get(original_of(part.path), 0))
    ]


def _is_reliable(parts: Sequence[StreamPart]) -> bool:
    """Whether what is absent was deleted: not where rows wait in quarantine, nor where none landed."""
    return all(part.is_settled for part in parts) and any(part.rows_landed for part in parts)


def deletions(stream: StreamContract, series: Series, *, read: str) -> str:
    """A SELECT of one row, marked deleted, for each key that the newest snapshot lacks.

    `read` is a SELECT of the stream's rows with their `_load_id` and `_part`. The row has the values of the
    last version, so that what was derived from it is found again.
    """
    keys = ", ".join(duckdb_session.name(key) for key in stream.keys)
    order = [f"{stream.newest_by} desc nulls last"] if stream.newest_by else []
    order += ["_file desc", "_load_seq desc", "_line desc"]
    last_line = "_line + 1 as _line"
    changed = [
        f"greatest(_file, {duckdb_session.literal(series.file)}) as _file",
        f"cast({series.load_seq} as bigint) as _load_seq",
        last_line,
        "true as _is_deleted",
        "cast(null as varchar) as _extra",
    ]
    if stream.newest_by:
        changed.append(f"greatest({stream.newest_by}, snapshot_until) as {stream.newest_by}")
    until = f"max({stream.newest_by}) filter (is_present) over ()" if stream.newest_by else "null"
    names = ", ".join(duckdb_session.name(column.name) for column in stream.landed)
    return f"""
        select {names} from (
            select * replace ({", ".join(changed)}) from (
                select *,
                    bool_or(is_present) over (partition by {keys}) as stays,
                    row_number() over (partition by {keys} order by {", ".join(order)}) as version,
                    {until} as snapshot_until
                from (select *, {_is_one_of(series.present)} as is_present from ({read})
                    where {_is_one_of((*series.older, *series.present))})
            ) where not stays and version = 1
        )
    """


def _is_one_of(parts: Sequence[StreamPart]) -> str:
    return f"(_load_id, _part) in ({', '.join(_pairs(parts))})"


def _pairs(parts: Sequence[StreamPart]) -> Iterator[str]:
    for part in parts:
        yield f"({duckdb_session.literal(part.load_id)}, {part.part})"
