"""Reader of XLSX workbooks.

Excel keeps dates as day numbers and times as fractions of a day; they come as those numbers, and
`casts` reads them as dates where the contract wants a date.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.sheet_numbers import column_number, long_numbers
from orchestration.ingestion.formats.workbooks import GROUPED, sheet_rows
from orchestration.settings import FormatSpec

_WIDEST, _WIDTH_ROWS = "ZZ", 20
"""The last column, and how many rows, in which the width of a sheet is looked for."""
_PROBED_BYTES = 1 << 20
_CELL_BYTES = 256
"""More than the XML of a short text."""
_WHOLE_ROW = f"1 as {file_rows.PRESENT}, cast(null as varchar) as {file_rows.BROKEN}"
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # compressed or encrypted in a way that zipfile does not know
)


def excel_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> file_rows.FileRows:
    """A sheet of a workbook, or a range of it; the line is the sheet's row."""
    long = _long_numbers_of_intact(path, file_format.sheet)
    if (
        _is_wide(path)
        or _counts_from_1904(path)
        or (file_format.thousands == "." and _has_grouped_texts(path))
    ):
        return sheet_rows(path, file_format=file_format, needed=needed, scratch=scratch)
    duckdb_session.load_excel(connection)
    options = _read_options(file_format)
    read = f"read_xlsx({duckdb_session.file(path)}, {options})"
    if file_format.skip and file_format.range is None:
        below = _below_the_title(read, options, path, file_format, connection)
        if below is None:
            return _no_rows()
        read, file_format = below
    try:
        described = connection.execute(f"describe select * from {read}").fetchall()
    except duckdb.Error as error:
        if "No rows found" in str(error) or "empty" in str(error).lower():
            return _no_rows()
        raise
    raw_names = [str(row[0]) for row in described]
    corner = re.match(r"([A-Z]+)(\d*)", file_format.range or "A1")
    assert corner is not None
    first_column, first_row = column_number(corner[1]), int(corner[2] or 1)
    before = file_format.skip + (1 if file_format.header else 0)
    names = _column_names(read, file_format, connection)
    if names is None:
        return _no_rows()
    counted = connection.execute(f"select count(*) from {read}").fetchone()
    rounded = _register_long_numbers(long, connection)
    cells = [
        f"{_cell(raw, column, first_row, rounded)} as {duckdb_session.name(name)}"
        for column, (raw, name) in enumerate(zip(raw_names, names, strict=False), first_column)
    ]
    return file_rows.FileRows(
        relation=(
            f"select {', '.join(cells)}, n - {before} as {file_rows.ROW_NUMBER}, "
            f"n + {first_row - 1} as {file_rows.LINE}, {_WHOLE_ROW} "
            f"from (select *, row_number() over () as n from {read}) where n > {before}"
        ),
        columns=tuple(file_rows.FileColumn(name) for name in names[: len(raw_names)]),
        records=max(0, int(counted[0]) - before) if counted else 0,
        is_excel=True,
    )


def _column_names(
    read: str, file_format: FormatSpec, connection: duckdb.DuckDBPyConnection
) -> tuple[str, ...] | None:
    """The names of the columns, without empty ones at the end of the header; None for a sheet without a row."""
    first_cells = connection.execute(
        f"select * from {read} limit 1 offset {file_format.skip}"
    ).fetchone()
    if first_cells is None:
        return None
    heads = [str(value or "") for value in first_cells]
    while file_format.header and len(heads) > 1 and not heads[-1].strip():
        heads.pop()
    return file_rows.unique_names(
        file_format.columns
        or (heads if file_format.header else [f"column_{i + 1}" for i in range(len(heads))])
    )


def _read_options(file_format: FormatSpec) -> str:
    options = "all_varchar = true, header = false, stop_at_empty = false"
    if file_format.sheet is not None:
        options += f", sheet = {duckdb_session.literal(file_format.sheet)}"
    if file_format.range is not None:
        options += f", range = {duckdb_session.literal(file_format.range)}"
    return options


def _cell(raw_name: str, column: int, first_row: int, rounded: Collection[int]) -> str:
    """A cell as text; with an exponent where Excel keeps more digits than a number has."""
    cell = duckdb_session.name(raw_name)
    if column not in rounded:
        return cell
    return (
        f"case when n + {first_row - 1} in "
        f"(select sheet_row from long_numbers where sheet_column = {column}) "
        f"then format('{{:.14E}}', cast({cell} as double)) else {cell} end"
    )


def _below_the_title(
    read: str,
    options: str,
    path: Path,
    file_format: FormatSpec,
    connection: duckdb.DuckDBPyConnection,
) -> tuple[str, FormatSpec] | None:
    """What reads the sheet from the row after the skipped ones, and the format without `skip`; None for no rows.

    DuckDB takes a sheet to be as wide as its first row, which may be a title of one cell: the width is that of the
    rows that are read. To the end of the sheet it reads empty rows, which are left out.
    """
    first = file_format.skip + 1
    file = duckdb_session.file(path)
    head = f"read_xlsx({file}, {options}, range = 'A{first}:{_WIDEST}{first + _WIDTH_ROWS - 1}')"
    rows = connection.execute(f"select * from {head}").fetchall()
    heads = rows[:1] if file_format.header else rows
    filled = [i for row in heads for i, value in enumerate(row) if value and value.strip()]
    if not filled:
        return None
    cells = f"A{first}:{_letters(max(filled) + 1)}"
    whole = f"read_xlsx({file}, {options}, range = '{cells}')"
    numbered = f"select *, row_number() over () as _n from {whole}"
    names = [
        str(row[0]) for row in connection.execute(f"describe select * from {whole}").fetchall()
    ]
    any_cell = f"coalesce({', '.join(duckdb_session.name(name) for name in names)})"
    last = connection.execute(
        f"select max(_n) filter ({any_cell} is not null) from ({numbered})"
    ).fetchone()
    limit = int(last[0] or 0) if last else 0
    bounded = f"(select * from {whole} limit {limit})"
    return bounded, file_format.model_copy(update={"skip": 0, "range": f"{cells}{first + limit}"})


def _letters(column: int) -> str:
    """The letters of a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _long_numbers_of_intact(path: Path, sheet: str | None) -> list[tuple[int, int]]:
    """The cells that `long_numbers` finds; raises `SourceError` where the workbook's archive is corrupt.

    DuckDB may read a corrupt one without end.
    """
    cells: list[tuple[int, int]] = []
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            if broken is None:
                cells = long_numbers(archive, sheet)
    except _BROKEN_ARCHIVE as error:
        broken = str(error)
    if broken is not None:
        raise SourceError(
            f"{path.name} is no XLSX workbook, was cut short or is corrupt ({broken}). Save it again "
            "as .xlsx and drop it again."
        )
    return cells


def _register_long_numbers(
    cells: list[tuple[int, int]], connection: duckdb.DuckDBPyConnection
) -> set[int]:
    """Register the cells as `long_numbers`; returns their columns.

    A workbook keeps 15 digits of a number: the rest were rounded, which an exponent shows to who reads them.
    """
    if cells:
        table = pa.table(
            {
                "sheet_row": pa.array([row for row, _ in cells], pa.int64()),
                "sheet_column": pa.array([column for _, column in cells], pa.int64()),
            }
        )
        connection.register("long_numbers", table)
    return {column for _, column in cells}


def _counts_from_1904(path: Path) -> bool:
    """Whether the workbook counts its days from 1904, as old Macs did: DuckDB gives the bare numbers."""
    with zipfile.ZipFile(path) as archive:
        try:
            workbook = archive.read("xl/workbook.xml")
        except KeyError:
            return False
    return re.search(rb'\bdate1904\s*=\s*"(1|true)"', workbook) is not None


def _has_grouped_texts(path: Path) -> bool:
    """Whether a cell of text is like `1.234`: DuckDB does not say which cells are text."""
    pattern = re.compile(rb"<t[^>]*>\s*" + GROUPED.pattern.encode() + rb"\s*</t>")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/sheet"):
                with archive.open(name) as xml:
                    rest = b""
                    while chunk := xml.read(_PROBED_BYTES):
                        if pattern.search(rest + chunk):
                            return True
                        rest = chunk[-_CELL_BYTES:]
    return False


def _is_wide(path: Path) -> bool:
    """Whether the first row of any sheet has more cells than DuckDB reads in reasonable time and memory."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as sheet:
                    first_row = sheet.read(_PROBED_BYTES).partition(b"</row>")[0]
                if first_row.count(b"<c ") > file_rows.WIDE:
                    return True
    return False


def _no_rows() -> file_rows.FileRows:
    return file_rows.FileRows(
        relation=(
            f"select cast(null as bigint) as {file_rows.ROW_NUMBER}, cast(null as bigint) as {file_rows.LINE}, 1 as "
            f"{file_rows.PRESENT}, "
            f"cast(null as varchar) as {file_rows.BROKEN} where false"
        ),
        columns=(),
        records=0,
        is_excel=True,
    )
