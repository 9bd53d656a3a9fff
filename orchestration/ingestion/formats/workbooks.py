"""Reader of workbooks other than XLSX: OpenDocument (ODS), XLS and XLSB.

Cells become the texts that an XLSX workbook's would: dates and times as day numbers, which `casts` reads, numbers
as they are; those above 15 digits with an exponent, since a workbook keeps no more of them. calamine holds all of a
sheet in memory: a million rows of eight columns take 1.1 GB.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.sheet_numbers import column_number
from orchestration.ingestion.formats.wide_rows import narrow_rows
from orchestration.settings import FormatSpec

_EPOCH = dt.datetime(1899, 12, 30)
_DAY_SECONDS = 86_400
_ROWS_AT_ONCE = 20_000
_EXACT_DIGITS = 15
_MANIFEST = "META-INF/manifest.xml"
_EMPTY_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)

GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
"""A text that is a number in thousands with points, and another one with a decimal point."""

_Row = list[str | None]


def sheet_rows(
    path: Path, *, file_format: FormatSpec, needed: Sequence[str], scratch: Path
) -> file_rows.FileRows:
    """A sheet of a workbook, or a range of it; the line is the sheet's row.

    Raises `SourceError` where the file is no such workbook or lacks the sheet.
    """
    first, cells = _area(_with_manifest(path, scratch), file_format)
    for _ in range(file_format.skip):
        next(cells, None)
    line = first + file_format.skip
    heads = next(cells, []) if file_format.header else []
    line += int(file_format.header)
    while file_format.header and heads and not (heads[-1] or "").strip():
        heads.pop()
    peeked = list(islice(cells, 1)) if not heads else []
    width = len(heads) or max((len(row) for row in peeked), default=0)
    names = file_rows.unique_names(
        file_format.columns or [head or "" for head in heads] or [""] * width
    )[:width]
    rows = chain(peeked, cells)
    sheet = file_rows.FileRows(
        relation="",
        columns=tuple(file_rows.FileColumn(name) for name in names),
        records=0,
        is_excel=True,
    )
    target = scratch / f"{path.name}.parquet"
    if width > file_rows.WIDE:
        filled = list(rows)
        while filled and not any(filled[-1]):
            filled.pop()
        narrow = narrow_rows(
            (
                (number, number + line - 1, [*row[:width], *[None] * (width - len(row))])
                for number, row in enumerate(filled, start=1)
            ),
            names=names,
            used=sheet.used(needed),
            nulls=file_format.nulls,
            target=target,
        )
        return replace(sheet, relation=narrow, spare=file_rows.SPARE, records=len(filled))
    records = _write(target, len(names), rows)
    selected = "".join(f"c{i} as {duckdb_session.name(name)}, " for i, name in enumerate(names))
    number = "file_row_number + 1"
    relation = (
        f"select {selected}{number} as {file_rows.ROW_NUMBER}, {number} + {line - 1} as {file_rows.LINE}, "
        f"1 as {file_rows.PRESENT}, cast(null as varchar) as {file_rows.BROKEN} "
        f"from read_parquet({duckdb_session.file(target)}, file_row_number = true) "
        f"where {number} <= {records}"
    )
    return replace(sheet, relation=relation, records=records)


def _with_manifest(path: Path, scratch: Path) -> Path:
    """An OpenDocument sheet with the list of its files that calamine asks for, which some tools leave out."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return path
    if "content.xml" not in files or _MANIFEST in files:
        return path
    copy = scratch / path.name
    shutil.copyfile(path, copy)
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr(_MANIFEST, _EMPTY_MANIFEST)
    return copy


def _area(path: Path, file_format: FormatSpec) -> tuple[int, Iterator[_Row]]:
    """The number of the first row that is read, and the rows from it on."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        name = file_format.sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            raise SourceError(
                f"{path.name} has no sheet {name!r}. It has: {', '.join(book.sheet_names)}. Change "
                "`format.sheet` in embudo.yml."
            )
        sheet = book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise SourceError(
            f"{path.name} is no {path.suffix.lstrip('.').upper()} workbook, was cut short or is corrupt "
            f"({error}). Save it again and drop it again, or save it as .xlsx or .csv."
        ) from error
    left, top, right, bottom = _bounds(file_format.range)
    rows = islice(_rows(sheet), top - 1, bottom)
    by_dots = file_format.thousands == "."
    return top, (
        [marked(text) if by_dots and isinstance(cell, str) else text for cell, text in texts]
        for texts in ([(cell, _text(cell)) for cell in row[left - 1 : right]] for row in rows)
    )


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[Sequence[object]]:
    """The rows of a sheet from its first cell on; calamine leaves out the columns before the first value."""
    start = sheet.start
    if start is not None:
        for row in sheet.iter_rows():
            yield [None] * start[1] + list(row)


def _bounds(cells: str | None) -> tuple[int, int, int | None, int | None]:
    """Left, top, right and bottom of a range like `B3:F200`, counted from 1; None is the last."""
    match = re.fullmatch(r"([A-Z]+)(\d*):([A-Z]+)(\d*)", cells or "")
    if match is None:
        return 1, 1, None, None
    left, top, right, bottom = match.groups()
    return column_number(left), int(top or 1), column_number(right), int(bottom) if bottom else None


def _text(cell: object) -> str | None:
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, int | float):
        return _number(float(cell))
    if isinstance(cell, dt.datetime):
        return _number((cell - _EPOCH).total_seconds() / _DAY_SECONDS)
    if isinstance(cell, dt.date):
        return str((cell - _EPOCH.date()).days)
    if isinstance(cell, dt.timedelta):
        return _number(cell.total_seconds() / _DAY_SECONDS)
    if isinstance(cell, dt.time):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        return _number(seconds / _DAY_SECONDS)
    return str(cell) if cell not in (None, "") else None


def marked(text: str | None) -> str | None:
    """The text of a cell; one like `1.234` with a decimal comma behind it, so that it is no number with a point.

    Numbers of workbooks have a point in any language, their texts are in the language of who typed them.
    """
    return f"{text}," if text is not None and GROUPED.fullmatch(text) else text


def _number(value: float) -> str:
    if abs(value) >= 10**_EXACT_DIGITS:
        return f"{value:.14E}"
    return str(int(value)) if value.is_integer() else repr(value)


def _write(target: Path, width: int, rows: Iterator[_Row]) -> int:
    """Write the cells as text in columns c0, c1, …; returns the number of rows up to the last that is not empty."""
    columns = max(width, 1)
    schema = pa.schema([pa.field(f"c{index}", pa.string()) for index in range(columns)])
    written, filled = 0, 0
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        while chunk := list(islice(rows, _ROWS_AT_ONCE)):
            cells = [
                [row[index] if index < min(width, len(row)) else None for row in chunk]
                for index in range(columns)
            ]
            arrays = [pa.array(column, pa.string()) for column in cells]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            last = next((i for i in reversed(range(len(chunk))) if any(chunk[i])), None)
            filled = filled if last is None else written + last + 1
            written += len(chunk)
    return filled
