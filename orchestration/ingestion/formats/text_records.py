"""Records of a text file as relations of DuckDB: what stands before them, and the sound ones alone.

Shared by the readers of text formats. The structure is scanned first; DuckDB then reads the sound
records, from the file itself or, where some must be left out, from a copy without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.csv_record import Dialect, Outcome, read_record
from orchestration.ingestion.formats.plain_text import PlainText
from orchestration.ingestion.formats.structure import Structure, scan
from orchestration.ingestion.formats.text_windows import LARGEST_RECORD
from orchestration.settings import FormatSpec

NO_DELIMITER = "\x1e"
"""Stands for a delimiter where lines are not split."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Preamble:
    """What stands before the records: where they begin, and the header."""

    body: int
    line: int
    names: tuple[str, ...]
    header: str
    is_plain: bool
    """Whether the records are reached by skipping `line` - 1 lines."""


def read_preamble(
    path: Path, dialect: Dialect, file_format: FormatSpec, *, lines_only: bool = False
) -> Preamble:
    with path.open("rb") as file:
        if file.read(3) != _BOM:
            file.seek(0)
        has_bom = file.tell() > 0
        skip = file_format.skip or int(_names_separator(file))
        for _ in range(skip):
            file.readline()
        start, line = file.tell(), skip + 1
        blanks = 0
        while file_format.header and (peek := file.readline()):
            if peek.strip():
                break
            start, line, blanks = file.tell(), line + 1, blanks + 1
        file.seek(start)
        head = file.read(LARGEST_RECORD)
    if lines_only:
        first = head.split(b"\n", 1)[0]
        if not file_format.header:
            return Preamble(start, line, (), "", is_plain=not has_bom)
        header = first.decode("utf-8", "replace").strip("\r")
        return Preamble(start + len(first) + 1, line + 1, (), header, is_plain=True)
    record = read_record(head, 0, dialect=dialect, limit=LARGEST_RECORD)
    if head and record.outcome is not Outcome.READ:
        raise SourceError(
            f"{path.name}, line {line}: the header cannot be read: {record.outcome.value}. "
            "Check `format.quote` and `format.delimiter`."
        )
    values = [value.decode("utf-8", "replace") for value in record.values] if head else []
    if not file_format.header:
        names = file_format.columns or tuple(f"column_{i}" for i in range(1, len(values) + 1))
        return Preamble(start, line, file_rows.unique_names(names), "", is_plain=not has_bom)
    header = head[: record.end].decode("utf-8", "replace").strip("\r\n")
    names = file_format.columns or tuple(values)
    quotes_before = blanks == 0 and skip == 0
    return Preamble(
        body=start + record.end,
        line=line + record.lines,
        names=file_rows.unique_names(names),
        header=header,
        is_plain=record.lines == 1 and quotes_before,
    )


def _names_separator(file: BinaryIO) -> bool:
    """Whether the first line is Excel's `sep=;`, which no other program takes for a part of the file."""
    at = file.tell()
    first = file.readline(16)
    file.seek(at)
    return re.fullmatch(rb'"?sep=[^\r\n]"?\r?\n', first, re.IGNORECASE) is not None


def starts_with_bom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == _BOM


def scan_records(
    path: Path,
    dialect: Dialect,
    fields: int | None,
    preamble: Preamble,
    file_format: FormatSpec,
) -> Structure:
    encoding = "utf-8" if file_format.encoding in ("utf-8-sig", "ascii") else file_format.encoding
    return scan(
        path,
        dialect=dialect,
        fields=fields,
        body=preamble.body,
        line=preamble.line,
        encoding=encoding,
    )


def lines_relation(
    text: PlainText,
    structure: Structure,
    preamble: Preamble,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> str:
    options = f"delim = {duckdb_session.literal(NO_DELIMITER)}, quote = '', escape = ''"
    return records_relation(text, structure, preamble, options, ["line"], connection, scratch, True)


def records_relation(
    text: PlainText,
    structure: Structure,
    preamble: Preamble,
    options: str,
    fields: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    is_single: bool,
) -> str:
    """A SELECT of the sound records as text, in file order, with their number and line."""
    if not structure.good_records:
        return ""
    path, skip = text.path, preamble.line - 1
    dropped = [(reject.start, reject.end) for reject in structure.rejects]
    dropped += structure.blank_spans if is_single else ()
    if dropped or not preamble.is_plain:
        path, skip = scratch / f"{text.path.name}.sound", 0
        _copy_without(text.path, path, start=structure.body, spans=sorted(dropped))
    columns = ", ".join(f"{duckdb_session.literal(field)}: 'varchar'" for field in fields)
    longest = max(2 << 20, structure.largest + 1024)
    read = (
        f"read_csv({duckdb_session.file(path)}, header = false, auto_detect = false, {options}, "
        f"columns = {{{columns}}}, skip = {skip}, strict_mode = false, "
        f"max_line_size = {longest}, buffer_size = {max(32 << 20, longest * 2)}, compression = "
        "'none', "
        f"parallel = {'false' if structure.multiline else 'true'})"
    )
    first = structure.first_line
    if first is not None:
        numbered = f"select *, row_number() over () as n from {read}"
        return f"select *, n + {first - 1} as line_number from ({numbered})"
    ordinals = np.flatnonzero(structure.good)
    table = pa.table({"n": ordinals + 1, "line_number": structure.lines[ordinals]})
    connection.register("record_lines", table)
    return f"select * from (select *, 1 as here from {read}) positional join record_lines"


def numbered_relation(selected: Sequence[str], body: str, structure: Structure) -> str:
    """`selected` cells of a body, with what every reader adds."""
    if not body:
        nulls = ", ".join(
            f"cast(null as varchar) as {expression.split(' as ', 1)[-1]}" for expression in selected
        )
        comma = ", " if nulls else ""
        return (
            f"select {nulls}{comma}cast(null as bigint) as {file_rows.ROW_NUMBER}, cast(null as bigint) as "
            f"{file_rows.LINE}, "
            f"1 as {file_rows.PRESENT}, cast(null as varchar) as {file_rows.BROKEN} where false"
        )
    present = "1" if structure.first_line is not None else "here"
    cells = "".join(f"{expression}, " for expression in selected)
    return (
        f"select {cells}cast(n as bigint) as {file_rows.ROW_NUMBER}, cast(line_number as bigint) as {file_rows.LINE}, "
        f"{present} as {file_rows.PRESENT}, cast(null as varchar) as {file_rows.BROKEN} from ({body})"
    )


def _copy_without(
    source: Path, target: Path, *, start: int, spans: Sequence[tuple[int, int]]
) -> None:
    """Copy from byte `start`, leaving out the spans."""
    with source.open("rb") as file, target.open("wb") as copy:
        at = start
        size = source.stat().st_size
        for span_start, span_end in [*spans, (size, size)]:
            file.seek(at)
            remaining = span_start - at
            while remaining > 0:
                chunk = file.read(min(remaining, 8 << 20))
                if not chunk:
                    break
                copy.write(chunk)
                remaining -= len(chunk)
            at = max(at, span_end)
