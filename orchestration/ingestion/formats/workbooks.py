"""Reader of workbooks other than XLSX: OpenDocument (ODS), XLS and XLSB.

Cells become the texts that an XLSX workbook's would: dates and times as day numbers, which `casts` reads, numbers
as they are; those above 15 digits with an exponent, since a workbook keeps no more of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.wide_rows import narrow_rows
from orchestration.settings import FormatSpec

_EPOCH = dt.datetime(1899, 12, 30)
_DAY_SECONDS = 86_400
_ROWS_AT_ONCE = 20_000
_EXACT_DIGITS = 15

_Row = list[str | None]


def sheet_rows(
    path: Path, *, file_format: FormatSpec, needed: Sequence[str], scratch: Path
) -> file_rows.FileRows:
    """A sheet of a workbook, or a range of it; the line is the sheet's row.

    Raises `SourceError` where the file is no such workbook or lacks the sheet.
    """
    first, cells = _area(path, file_format)
    for _ in range(file_format.skip):
        next(cells, None)
    line = first + file_format.skip
    heads = next(cells, []) if file_format.header else []
    line += int(file_format.header)
    rows = list(cells)
    while file_format.header and heads and not (heads[-1] or "").strip():
        heads.pop()
    while rows and not any(rows[-1]):
        rows.pop()
    width = len(heads) or max((len(row) for row in rows), default=0)
    names = file_rows.unique_names(
        file_format.columns or [head or "" for head in heads] or [""] * width
    )[:width]
    sheet = file_rows.FileRows(
        relation="",
        columns=tuple(file_rows.FileColumn(name) for name in names),
        records=len(rows),
        is_excel=True,
    )
    target = scratch / f"{path.name}.parquet"
    if width > file_rows.WIDE:
        narrow = narrow_rows(
            (
                (number, number + line - 1, [*row[:width], *[None] * (width - len(row))])
                for number, row in enumerate(rows, start=1)
            ),
            names=names,
            used=sheet.used(needed),
            nulls=file_format.nulls,
            target=target,
        )
        return replace(sheet, relation=narrow, spare=file_rows.SPARE)
    _write(target, names, rows)
    selected = "".join(f"{duckdb_session.name(name)}, " for name in names)
    relation = (
        f"select {selected}n as {file_rows.ROW_NUMBER}, n + {line - 1} as {file_rows.LINE}, "
        f"1 as {file_rows.PRESENT}, cast(null as varchar) as {file_rows.BROKEN} "
        f"from (select *, file_row_number + 1 as n from "
        f"read_parquet({duckdb_session.file(target)}, file_row_number = true))"
    )
    return replace(sheet, relation=relation)


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
        values = sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise SourceError(
            f"{path.name} is no {path.suffix.lstrip('.').upper()} workbook, was cut short or is corrupt "
            f"({error}). Save it again and drop it again, or save it as .xlsx or .csv."
        ) from error
    left, top, right, bottom = _bounds(file_format.range)
    return top, (
        [_text(cell) for cell in row[left - 1 : right]] for row in values[top - 1 : bottom]
    )


def _bounds(cells: str | None) -> tuple[int, int, int | None, int | None]:
    """Left, top, right and bottom of a range like `B3:F200`, counted from 1; None is the last."""
    match = re.fullmatch(r"([A-Z]+)(\d*):([A-Z]+)(\d*)", cells or "")
    if match is None:
        return 1, 1, None, None
    left, top, right, bottom = match.groups()
    return _column(left), int(top or 1), _column(right), int(bottom) if bottom else None


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


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


def _number(value: float) -> str:
    if abs(value) >= 10**_EXACT_DIGITS:
        return f"{value:.14E}"
    return str(int(value)) if value.is_integer() else repr(value)


def _write(target: Path, names: tuple[str, ...], rows: list[_Row]) -> None:
    """Write the cells as text, in chunks."""
    fields = [pa.field(name, pa.string()) for name in names] or [pa.field("_none", pa.string())]
    schema = pa.schema(fields)
    width = len(names)
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            chunk = rows[start : start + _ROWS_AT_ONCE]
            columns = [
                pa.array([row[index] if index < len(row) else None for row in chunk], pa.string())
                for index in range(width)
            ] or [pa.nulls(len(chunk), pa.string())]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
