"""Reader of text files whose lines are split at blanks, or at fixed positions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.plain_text import plain_text
from orchestration.ingestion.formats.structure import Structure
from orchestration.ingestion.formats.text_records import (
    NO_DELIMITER,
    lines_relation,
    numbered_relation,
    read_preamble,
    scan_records,
)
from orchestration.settings import FormatSpec


def split_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> file_rows.FileRows:
    """Lines split at blanks, or at fixed positions."""
    del needed
    text = plain_text(path, encoding=file_format.encoding, delimiter="\x1f", scratch=scratch)
    dialect = Dialect(delimiter=ord(NO_DELIMITER), quote=None)
    preamble = read_preamble(text.path, dialect, file_format, lines_only=True)
    structure = scan_records(text.path, dialect, None, preamble, file_format)
    if file_format.split == "fixed":
        names = file_rows.unique_names(list(file_format.widths))
        cells = [
            f"substr(line, {first}, {last - first + 1})"
            for first, last in file_format.widths.values()
        ]
        parts, broken = "null", "null"
    else:
        headings = list(file_format.columns) or preamble.header.split()
        if not headings:
            headings = _first_line(text.path, structure).split()
            headings = [f"column_{i}" for i in range(1, len(headings) + 1)]
        names = file_rows.unique_names(headings)
        parts = r"string_split_regex(trim(replace(line, chr(9), ' ')), '\s+')"
        cells = [f"parts[{i}]" for i in range(1, len(names) + 1)]
        differs, most = ("<>", "") if file_format.short_rows == "reject" else (">", "at most ")
        broken = (
            f"case when len(parts) {differs} {len(names)} then 'found ' || len(parts) || ' field' || "
            f"case when len(parts) <> 1 then 's' else '' end || ', expected {most}{len(names)}' end"
        )
    body = lines_relation(text, structure, preamble, connection, scratch)
    inner = f"select *, {parts} as parts from ({numbered_relation(['line'], body, structure)})"
    selected = ", ".join(
        f"{c} as {duckdb_session.name(n)}" for c, n in zip(cells, names, strict=True)
    )
    return file_rows.FileRows(
        relation=(
            f"select {selected}, {file_rows.ROW_NUMBER}, {file_rows.LINE}, {file_rows.PRESENT}, "
            f"{broken} as {file_rows.BROKEN} from ({inner})"
        ),
        columns=tuple(file_rows.FileColumn(name) for name in names),
        records=structure.records,
        rejects=structure.rejects,
        structure=structure,
        text_path=text.path,
        header=preamble.header,
    )


def _first_line(path: Path, structure: Structure) -> str:
    if not structure.records:
        return ""
    with path.open("rb") as file:
        file.seek(int(structure.starts[0]))
        return file.readline().decode("utf-8", "replace")
