"""The sandbox's files partitioned and delivered at random, so that their rows still mean the same.

The pieces of a file sort by name as their rows did in the file, since of two versions that nothing else
distinguishes the later file's is the newer (ADR 4). When they arrive is random.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.defects import ROUNDED_ID
from sandbox.layout import LAYOUTS, Layout

_NEVER_SPLIT = ("spend_",)
"""Files whose rows add up by key: a later file replaces an earlier one, so none is split."""

_KEPT = ("line_no", "Modificado", "updated_at")
"""Beside its key, the columns that an older version of a row shares with the newer one: it must not be newer."""

_HISTORY = {"deals": ("Estado", "Cerrado")}
"""Columns by stream whose earlier values are facts of their own: a deal that was closed and opened again."""

VERSIONED = tuple(
    layout for layout in LAYOUTS if layout.identity and layout.stream != "deal_stage_changes"
)
"""Exports whose rows have a key of their own and something beside it that can change."""


@dataclass(frozen=True)
class Delivery:
    """A file as it arrives: its path in the inbox, its bytes, and with which refresh."""

    path: Path
    content: bytes
    refresh: int


def deliveries(inbox: Path, *, chance: random.Random, refreshes: int) -> list[Delivery]:
    """All files of `inbox` in pieces, some of which overlap or come twice, and older versions of their rows.

    Each comes with one of `refreshes` at random, so that an older version may come after the newer one.
    """
    delivered: list[Delivery] = []
    for path in sorted(path for path in inbox.rglob("*") if path.is_file()):
        relative = path.relative_to(inbox)
        for name, content in _pieces(path, chance):
            first = chance.randrange(refreshes)
            delivered.append(Delivery(relative.with_name(name), content, first))
            if chance.random() < 0.1:
                stem, dot, suffix = name.partition(".")
                again = relative.with_name(f"{stem} (1){dot}{suffix}")
                delivered.append(Delivery(again, content, chance.randrange(refreshes)))
    for layout in VERSIONED:
        for path in files_of(layout, inbox):
            older = altered(path, layout, chance=chance, share=0.2)
            name = path.name.replace(f"{layout.stem}_", f"{layout.stem}_0000_")
            where = path.relative_to(inbox).with_name(name)
            delivered.append(Delivery(where, older, chance.randrange(refreshes)))
    return delivered


def files_of(layout: Layout, inbox: Path) -> list[Path]:
    """The files of one export."""
    return sorted((inbox / layout.folder).glob(f"{layout.stem}_*.{layout.kind}"))


def altered(
    path: Path, layout: Layout, *, chance: random.Random, share: float, suffix: str = ""
) -> bytes:
    """A file of some of a file's rows with other values: what they were before, or others with `suffix`.

    Values are exchanged between the rows, so that they stay like those of the company; keys are kept.
    """
    columns, rows = _read(path, layout)
    picked = [row for row in rows if chance.random() < share]
    kept = {layout.identity, *_KEPT, *_HISTORY.get(layout.stream, ())} | (
        {layout.moment} if layout.stream == "agent_states" else set()
    )
    for index, column in enumerate(columns):
        if column not in kept:
            values = [row[index] for row in picked]
            chance.shuffle(values)
            for row, value in zip(picked, values, strict=True):
                row[index] = value
        elif column == layout.identity:
            for row in picked:
                row[index] = f"{row[index]}{suffix}"
    return _encoded(columns, picked, path, layout)


def repeated(path: Path, layout: Layout) -> bytes:
    """A file whose last row stands in it twice: other bytes, the same keys."""
    columns, rows = _read(path, layout)
    return _encoded(columns, [*rows, *rows[-1:]], path, layout)


def without_defects(path: Path, layout: Layout) -> bytes:
    """A file without its deliberately broken rows."""
    columns, rows = _read(path, layout)
    return _encoded(columns, rows, path, layout)


def _read(path: Path, layout: Layout) -> tuple[list[str], list[list[object]]]:
    """The columns of a file and its sound rows; those broken on purpose have no key, a rounded one, or `ROTO`."""
    columns, rows = _read_all(path, layout)
    key = columns.index(layout.identity)
    return columns, [
        row
        for row in rows
        if len(row) == len(columns)
        and row[key] not in (None, "", ROUNDED_ID, float(ROUNDED_ID))
        and "ROTO" not in str(row)
    ]


def _read_all(path: Path, layout: Layout) -> tuple[list[str], list[list[object]]]:
    if layout.kind == "parquet":
        table = pq.read_table(path)
        return table.column_names, [list(row.values()) for row in table.to_pylist()]
    text = path.read_text(encoding=layout.encoding, errors="replace")
    if layout.kind == "csv":
        columns, *rows = csv.reader(io.StringIO(text), delimiter=layout.delimiter)
        return columns, [list(row) for row in rows]
    records = [_record(line) for line in text.splitlines()]
    columns = list(records[0])
    return columns, [[record.get(name) for name in columns] for record in records if record]


def _record(line: str) -> dict[str, object]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}


def _encoded(columns: list[str], rows: list[list[object]], path: Path, layout: Layout) -> bytes:
    if layout.kind == "parquet":
        arrays = zip(*rows, strict=True) if rows else [[] for _ in columns]
        schema = pq.read_schema(path)
        table = pa.table(
            [pa.array(a, field.type) for a, field in zip(arrays, schema, strict=True)], schema
        )
        out = io.BytesIO()
        pq.write_table(table, out)
        return out.getvalue()
    if layout.kind == "jsonl":
        lines = [
            json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows
        ]
        return "".join(f"{line}\n" for line in lines).encode(layout.encoding)
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode(layout.encoding, "replace")


def _pieces(path: Path, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the pieces that a file is split into."""
    count = 1 if path.name.startswith(_NEVER_SPLIT) else chance.choice((1, 1, 2, 3))
    if count == 1:
        yield path.name, path.read_bytes()
        return
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        for number, (low, high) in enumerate(_overlapping_ranges(table.num_rows, count, chance)):
            piece = path.with_suffix(f".piece{number}")
            pq.write_table(table.slice(low, high - low), piece)
            yield f"{path.stem}_{number}.parquet", piece.read_bytes()
            piece.unlink()
        return
    lines = path.read_bytes().splitlines(keepends=True)
    head, body = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
    for number, (low, high) in enumerate(_overlapping_ranges(len(body), count, chance)):
        content = b"".join(head + body[low:high])
        name = f"{path.stem}_{number}{path.suffix}"
        if path.suffix == ".jsonl" and path.name.startswith("events_") and chance.random() < 0.3:
            name, content = f"{name}.gz", gzip.compress(content, mtime=0)
        yield name, content


def _overlapping_ranges(size: int, count: int, chance: random.Random) -> list[tuple[int, int]]:
    """Ranges that cover `size` rows in order; each may begin before the one before it ends."""
    cuts = [0, *sorted(chance.randint(0, size) for _ in range(count - 1)), size]
    ranges = []
    for low, high in itertools.pairwise(cuts):
        shared = chance.randint(0, 5) if low and chance.random() < 0.5 else 0
        ranges.append((max(0, low - shared), high))
    return ranges
