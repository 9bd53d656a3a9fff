"""Opens a dropped file with the reader of its format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.delimited import csv_rows
from orchestration.ingestion.formats.excel import excel_rows
from orchestration.ingestion.formats.json_lines import json_rows
from orchestration.ingestion.formats.parquet import parquet_rows
from orchestration.ingestion.formats.split_lines import split_rows
from orchestration.ingestion.formats.workbooks import sheet_rows
from orchestration.settings import FormatSpec

_TYPE_OF_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".ods": "ods",
    ".xls": "xls",
    ".xlsb": "xlsb",
    ".txt": "csv",
    ".log": "csv",
    ".dat": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".asc": "csv",
}
_READABLE = ".csv, .tsv, .txt, .log (also as .gz), .jsonl, .parquet, .xlsx, .ods, .xls or .xlsb"
_ROTATED = re.compile(r"\.[\d_-]*")
"""What stands behind the name of a log of an earlier day; such a name has no suffix."""
_UNREADABLE = {
    ".pdf": "a PDF document",
    ".doc": "a text document",
    ".docx": "a text document",
    ".numbers": "a Numbers sheet",
    ".zip": "an archive",
    ".7z": "an archive",
    ".rar": "an archive",
    ".html": "a web page",
    ".xml": "an XML document",
    ".sqlite": "a database",
    ".db": "a database",
    ".accdb": "a database",
    ".mdb": "a database",
    ".png": "a picture",
    ".jpg": "a picture",
    ".jpeg": "a picture",
}


def format_type(path: Path, file_format: FormatSpec) -> str:
    """The format's type, by its setting or by the file's name; one without a suffix is delimited text.

    Raises `SourceError` where the name is that of no format that can be read.
    """
    if file_format.type is not None:
        return file_format.type
    suffixes = [s.lower() for s in path.suffixes if not _ROTATED.fullmatch(s)]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    last = suffixes[-1] if suffixes else ".csv"
    known = _TYPE_OF_SUFFIX.get(last)
    if known is not None:
        return known
    if last in _UNREADABLE:
        raise SourceError(
            f"{path.name} is {_UNREADABLE[last]}, which cannot be read. Save it as {_READABLE} and drop it again."
        )
    raise SourceError(
        f"{path.name} cannot be read: {last} is no suffix of a known format, expected {_READABLE}. Save it as one "
        "of them, or state what it is with `format.type` in embudo.yml (`csv` for delimited text)."
    )


def open_file(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> file_rows.FileRows:
    """The rows of `path`. `needed` are the columns that its mapping reads (JSONL, and files of
    hundreds of columns, give only these).

    Raises `SourceError` where the file is cut short, corrupt, or not of its format.
    """
    kind = format_type(path, file_format)
    try:
        if kind == "parquet":
            return parquet_rows(path, connection=connection)
        if kind == "xlsx":
            return excel_rows(
                path,
                file_format=file_format,
                needed=needed,
                connection=connection,
                scratch=scratch,
            )
        if kind in ("ods", "xls", "xlsb"):
            return sheet_rows(path, file_format=file_format, needed=needed, scratch=scratch)
        read = {"csv": csv_rows, "text": split_rows, "jsonl": json_rows}[kind]
        return read(
            path, file_format=file_format, needed=needed, connection=connection, scratch=scratch
        )
    except duckdb.Error as error:
        raise SourceError(
            f"{path.name} cannot be read as {kind}: {duckdb_session.error_text(error, path=path)}. "
            "If it was cut short, send the complete file again; else check `format` in embudo.yml."
        ) from error
