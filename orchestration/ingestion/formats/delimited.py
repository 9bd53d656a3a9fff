"""Readers of text files: delimited, split by blanks or by position, and JSON lines.

The structure is scanned first; DuckDB then reads the sound records, from the file itself or, where
some must be left out, from a copy without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats.csv_record import Dialect, Outcome, read_record
from orchestration.ingestion.formats.plain_text import STAND_IN, PlainText, plain_text
from orchestration.ingestion.formats.readers import (
    BROKEN,
    LINE,
    PRESENT,
    ROW_NUMBER,
    FileColumn,
    FileRows,
    unique_names,
)
from orchestration.ingestion.formats.structure import LARGEST_RECORD, Structure, scan
from orchestration.settings import FormatSpec

_NO_DELIMITER = "\x1e"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class _Preamble:
    """What stands before the records: where they begin, and the header."""

    body: int
    line: int
    names: tuple[str, ...]
    header: str
    is_plain: bool
    """Whether as many lines as `line` says can be skipped to reach the records."""


def csv_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> FileRows:
    """A delimited file."""
    del needed
    text = plain_text(
        path, encoding=file_format.encoding, delimiter=file_format.delimiter, scratch=scratch
    )
    dialect = Dialect(
        delimiter=ord(text.delimiter),
        quote=ord(file_format.quote) if file_format.quote else None,
        escape=_escape(file_format),
    )
    preamble = _preamble(text.path, dialect, file_format)
    names = preamble.names
    structure = _scan(text.path, dialect, len(names) or None, preamble, file_format)
    options = (
        f"delim = {duckdb_session.literal(text.delimiter)}, quote = {duckdb_session.literal(file_format.quote)}, "
        f"escape = {duckdb_session.literal(file_format.escape or file_format.quote)}"
    )
    fields = [f"c{index}" for index in range(len(names))]
    body = _body(text, structure, preamble, options, fields, connection, scratch, len(names) == 1)
    selected = [f"{f} as {duckdb_session.name(n)}" for f, n in zip(fields, names, strict=True)]
    return FileRows(
        relation=_relation(selected, body, structure),
        columns=tuple(FileColumn(name) for name in names),
        records=structure.records,
        rejects=structure.rejects,
        structure=structure,
        text_path=text.path,
        header=preamble.header.replace(text.delimiter, file_format.delimiter),
        stand_in=(STAND_IN, file_format.delimiter) if text.delimiter == STAND_IN else None,
    )


def split_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> FileRows:
    """Lines split at blanks, or at fixed positions."""
    del needed
    text = plain_text(path, encoding=file_format.encoding, delimiter="\x1f", scratch=scratch)
    dialect = Dialect(delimiter=ord(_NO_DELIMITER), quote=None)
    preamble = _preamble(text.path, dialect, file_format, lines_only=True)
    structure = _scan(text.path, dialect, None, preamble, file_format)
    if file_format.split == "fixed":
        names = unique_names(list(file_format.widths))
        cells = [
            f"substr(line, {first}, {last - first + 1})"
            for first, last in file_format.widths.values()
        ]
        parts, broken = "null", "null"
    else:
        given = list(file_format.columns) or preamble.header.split()
        if not given:
            given = _first_line(text.path, structure).split()
            given = [f"column_{i}" for i in range(1, len(given) + 1)]
        names = unique_names(given)
        parts = r"string_split_regex(trim(replace(line, chr(9), ' ')), '\s+')"
        cells = [f"parts[{i}]" for i in range(1, len(names) + 1)]
        broken = (
            f"case when len(parts) <> {len(names)} then 'found ' || len(parts) || ' field' || "
            f"case when len(parts) <> 1 then 's' else '' end || ', expected {len(names)}' end"
        )
    body = _lines_body(text, structure, preamble, connection, scratch)
    inner = f"select *, {parts} as parts from ({_relation(['line'], body, structure)})"
    selected = ", ".join(
        f"{c} as {duckdb_session.name(n)}" for c, n in zip(cells, names, strict=True)
    )
    return FileRows(
        relation=(
            f"select {selected}, {ROW_NUMBER}, {LINE}, {PRESENT}, {broken} as {BROKEN} from "
            f"({inner})"
        ),
        columns=tuple(FileColumn(name) for name in names),
        records=structure.records,
        rejects=structure.rejects,
        structure=structure,
        text_path=text.path,
        header=preamble.header,
    )


def json_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> FileRows:
    """JSON objects, one a line; nested values by dotted paths."""
    text = plain_text(path, encoding=file_format.encoding, delimiter="\x1f", scratch=scratch)
    dialect = Dialect(delimiter=ord(_NO_DELIMITER), quote=None)
    body_start = 3 if _starts_with_bom(text.path) else 0
    preamble = _Preamble(body_start, 1, (), "", is_plain=body_start == 0)
    structure = _scan(text.path, dialect, None, preamble, file_format)
    lines = _relation(
        ["line"], _lines_body(text, structure, preamble, connection, scratch), structure
    )
    checked = (
        "select *, case when json_valid(line) and json_type(line) = 'OBJECT' then line end as "
        "record "
        f"from ({lines})"
    )
    keys = [
        row[0]
        for row in connection.execute(
            f"select distinct unnest(json_keys(record)) as k from ({checked}) order by k"
        ).fetchall()
    ]
    if structure.good_records and not keys:
        raise SourceError(
            f"{path.name} holds no JSON object on any line: expected one object a line (JSON lines). "
            "Export it so; a list of objects, or objects over several lines, cannot be read."
        )
    nested = [name for name in needed if name not in keys and name.split(".")[0] in keys]
    names = unique_names([*keys, *nested])
    used = [n for n in names if any(n.casefold() == want.strip().casefold() for want in needed)]
    paths = ", ".join(
        duckdb_session.literal(json_pointer([n] if n in keys else n.split("."))) for n in used
    )
    cells = [f"cells[{i}] as {duckdb_session.name(n)}" for i, n in enumerate(used, start=1)]
    extracted = f"json_extract_string(record, [{paths}])" if used else "null"
    selected = "".join(f"{cell}, " for cell in cells)
    return FileRows(
        relation=(
            f"select {selected}record as _record, {ROW_NUMBER}, {LINE}, {PRESENT}, "
            f"case when record is null then 'not a JSON object' end as {BROKEN} "
            f"from (select *, {extracted} as cells from ({checked}))"
        ),
        columns=tuple(FileColumn(name) for name in names),
        records=structure.records,
        rejects=structure.rejects,
        structure=structure,
        text_path=text.path,
        is_sparse=True,
        extra_from="_record",
    )


def json_pointer(parts: Sequence[str]) -> str:
    """The way to a value inside a JSON object (RFC 6901), whatever signs its keys hold."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _escape(file_format: FormatSpec) -> int | None:
    if file_format.escape in (None, "", file_format.quote):
        return None
    return ord(str(file_format.escape))


def _starts_with_bom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == _BOM


def _preamble(
    path: Path, dialect: Dialect, file_format: FormatSpec, *, lines_only: bool = False
) -> _Preamble:
    with path.open("rb") as file:
        if file.read(3) != _BOM:
            file.seek(0)
        has_bom = file.tell() > 0
        skip = file_format.skip or int(_says_separator(file))
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
            return _Preamble(start, line, (), "", is_plain=not has_bom)
        header = first.decode("utf-8", "replace").strip("\r")
        return _Preamble(start + len(first) + 1, line + 1, (), header, is_plain=True)
    record = read_record(head, 0, dialect=dialect, limit=LARGEST_RECORD)
    if head and record.outcome is not Outcome.READ:
        raise SourceError(
            f"{path.name}, line {line}: the header cannot be read: {record.outcome.value}. "
            "Check `format.quote` and `format.delimiter`."
        )
    found = [value.decode("utf-8", "replace") for value in record.values] if head else []
    if not file_format.header:
        names = file_format.columns or tuple(f"column_{i}" for i in range(1, len(found) + 1))
        return _Preamble(start, line, unique_names(names), "", is_plain=not has_bom)
    header = head[: record.end].decode("utf-8", "replace").strip("\r\n")
    names = file_format.columns or tuple(found)
    quotes_before = blanks == 0 and skip == 0
    return _Preamble(
        body=start + record.end,
        line=line + record.lines,
        names=unique_names(names),
        header=header,
        is_plain=record.lines == 1 and quotes_before,
    )


def _says_separator(file: BinaryIO) -> bool:
    """Whether the first line is Excel's `sep=;`, which no other program takes for a part of the file."""
    at = file.tell()
    first = file.readline(16)
    file.seek(at)
    return re.fullmatch(rb'"?sep=[^\r\n]"?\r?\n', first, re.IGNORECASE) is not None


def _scan(
    path: Path,
    dialect: Dialect,
    fields: int | None,
    preamble: _Preamble,
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


def _first_line(path: Path, structure: Structure) -> str:
    if not structure.records:
        return ""
    with path.open("rb") as file:
        file.seek(int(structure.starts[0]))
        return file.readline().decode("utf-8", "replace")


def _lines_body(
    text: PlainText,
    structure: Structure,
    preamble: _Preamble,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> str:
    options = f"delim = {duckdb_session.literal(_NO_DELIMITER)}, quote = '', escape = ''"
    return _body(text, structure, preamble, options, ["line"], connection, scratch, True)


def _body(
    text: PlainText,
    structure: Structure,
    preamble: _Preamble,
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
        f"columns = {{{columns}}}, skip = {skip}, strict_mode = false, null_padding = false, "
        f"max_line_size = {longest}, buffer_size = {max(32 << 20, longest * 2)}, compression = "
        "'none', "
        f"parallel = {'false' if structure.multiline else 'true'})"
    )
    first = structure.first_line
    if first is not None:
        numbered = f"select *, row_number() over () as n from {read}"
        return f"select *, n + {first - 1} as line_number from ({numbered})"
    import numpy as np

    ordinals = np.flatnonzero(structure.good)
    table = pa.table({"n": ordinals + 1, "line_number": structure.lines[ordinals]})
    connection.register("record_lines", table)
    return f"select * from (select *, 1 as here from {read}) positional join record_lines"


def _relation(selected: Sequence[str], body: str, structure: Structure) -> str:
    """`selected` cells of a body, with what every reader adds."""
    if not body:
        nulls = ", ".join(
            f"cast(null as varchar) as {one.split(' as ', 1)[-1]}" for one in selected
        )
        comma = ", " if nulls else ""
        return (
            f"select {nulls}{comma}cast(null as bigint) as {ROW_NUMBER}, cast(null as bigint) as "
            f"{LINE}, "
            f"1 as {PRESENT}, cast(null as varchar) as {BROKEN} where false"
        )
    present = "1" if structure.first_line is not None else "here"
    cells = "".join(f"{one}, " for one in selected)
    return (
        f"select {cells}cast(n as bigint) as {ROW_NUMBER}, cast(line_number as bigint) as {LINE}, "
        f"{present} as {PRESENT}, cast(null as varchar) as {BROKEN} from ({body})"
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
