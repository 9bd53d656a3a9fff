"""Reader of delimited text files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.plain_text import STAND_IN, plain_text
from orchestration.ingestion.formats.text_records import (
    numbered_relation,
    read_preamble,
    records_relation,
    scan_records,
)
from orchestration.ingestion.formats.wide_rows import narrow_rows, text_rows
from orchestration.ingestion.formats.wrapped_lines import is_wrapped, unwrapped
from orchestration.settings import FormatSpec


def csv_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> file_rows.FileRows:
    """A delimited file."""
    text = plain_text(
        path, encoding=file_format.encoding, delimiter=file_format.delimiter, scratch=scratch
    )
    dialect = Dialect(
        delimiter=ord(text.delimiter),
        quote=ord(file_format.quote) if file_format.quote else None,
        escape=_escape(file_format),
        fills_short=file_format.short_rows == "fill",
    )
    preamble = read_preamble(text.path, dialect, file_format)
    if is_wrapped(text.path, preamble, dialect, needed=needed):
        text = unwrapped(text, dialect=dialect, scratch=scratch)
        preamble = read_preamble(text.path, dialect, file_format)
    names = preamble.names
    if len(names) > file_rows.WIDEST:
        raise SourceError(
            f"{path.name} has {len(names):,} columns: expected at most {file_rows.WIDEST:,}. Check "
            "`format.delimiter` in embudo.yml, or export the columns that are mapped."
        )
    structure = scan_records(text.path, dialect, len(names) or None, preamble, file_format)
    rows = file_rows.FileRows(
        relation="",
        columns=tuple(file_rows.FileColumn(name) for name in names),
        records=structure.records,
        rejects=structure.rejects,
        structure=structure,
        text_path=text.path,
        header=preamble.header.replace(text.delimiter, file_format.delimiter),
        stand_in=(STAND_IN, file_format.delimiter) if text.delimiter == STAND_IN else None,
    )
    if len(names) > file_rows.WIDE:
        narrow = narrow_rows(
            text_rows(text.path, structure, dialect, width=len(names)),
            names=names,
            used=rows.used(needed),
            nulls=file_format.nulls,
            target=scratch / "narrow.parquet",
        )
        return replace(rows, relation=narrow, spare=file_rows.SPARE)
    options = (
        f"delim = {duckdb_session.literal(text.delimiter)}, quote = {duckdb_session.literal(file_format.quote)}, "
        f"escape = {duckdb_session.literal(file_format.escape or file_format.quote)}, "
        f"null_padding = {str(dialect.fills_short).lower()}"
    )
    fields = [f"c{index}" for index in range(len(names))]
    body = records_relation(
        text, structure, preamble, options, fields, connection, scratch, len(names) == 1
    )
    selected = [f"{f} as {duckdb_session.name(n)}" for f, n in zip(fields, names, strict=True)]
    return replace(rows, relation=numbered_relation(selected, body, structure))


def _escape(file_format: FormatSpec) -> int | None:
    if file_format.escape in (None, "", file_format.quote):
        return None
    return ord(str(file_format.escape))
