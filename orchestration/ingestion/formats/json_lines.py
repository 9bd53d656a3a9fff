"""Reader of JSON lines: one object per line, nested values by dotted paths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats import file_rows
from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.plain_text import plain_text
from orchestration.ingestion.formats.text_records import (
    NO_DELIMITER,
    Preamble,
    lines_relation,
    numbered_relation,
    scan_records,
    starts_with_bom,
)
from orchestration.settings import FormatSpec


def json_rows(
    path: Path,
    *,
    file_format: FormatSpec,
    needed: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> file_rows.FileRows:
    """JSON objects, one per line; nested values by dotted paths."""
    text = plain_text(path, encoding=file_format.encoding, delimiter="\x1f", scratch=scratch)
    dialect = Dialect(delimiter=ord(NO_DELIMITER), quote=None)
    body_start = 3 if starts_with_bom(text.path) else 0
    preamble = Preamble(body_start, 1, (), "", is_plain=body_start == 0)
    structure = scan_records(text.path, dialect, None, preamble, file_format)
    lines = numbered_relation(
        ["line"], lines_relation(text, structure, preamble, connection, scratch), structure
    )
    checked = (
        "select *, case when json_valid(line) and json_type(line) = 'OBJECT' then line end as "
        "record "
        f"from ({lines})"
    )
    shapes = _shapes(connection, checked)
    keys = sorted({key for shape in shapes for key in shape})
    is_repeated = any(len(shape) > len(set(shape)) for shape in shapes)
    if structure.good_records and not keys:
        raise SourceError(
            f"{path.name} holds no JSON object on any line: expected one object per line (JSON lines). "
            "Export it so; a list of objects, or objects over several lines, cannot be read."
        )
    nested = [name for name in needed if name not in keys and name.split(".")[0] in keys]
    names = file_rows.unique_names([*keys, *nested])
    used = [n for n in names if any(n.casefold() == want.strip().casefold() for want in needed)]
    pointers = [json_pointer([n] if n in keys else n.split(".")) for n in used]
    cells = [
        f"{_exact(f'cells[{i}]', pointer) if structure.has_point_zero else f'cells[{i}]'} as "
        f"{duckdb_session.name(n)}"
        for i, (n, pointer) in enumerate(zip(used, pointers, strict=True), start=1)
    ]
    paths = duckdb_session.texts(pointers)
    extracted = f"json_extract_string(record, [{paths}])" if used else "null"
    selected = "".join(f"{cell}, " for cell in cells)
    repeated = _repeated(nested, at_the_top=is_repeated)
    return file_rows.FileRows(
        relation=(
            f"select {selected}record as _record, {file_rows.ROW_NUMBER}, {file_rows.LINE}, {file_rows.PRESENT}, "
            f"case when record is null then 'not a JSON object' {repeated}end as {file_rows.BROKEN} "
            f"from (select *, {extracted} as cells from ({checked}))"
        ),
        columns=tuple(file_rows.FileColumn(name) for name in names),
        records=structure.records,
        rejects=structure.rejects,
        structure=structure,
        text_path=text.path,
        is_sparse=True,
        extra_from="_record",
    )


def _shapes(connection: duckdb.DuckDBPyConnection, checked: str) -> list[tuple[str, ...]]:
    """The keys of the objects as they stand in them, each list of keys once."""
    found = connection.execute(
        f"select distinct json_keys(record) from ({checked}) where record is not null"
    )
    return [tuple(keys) for (keys,) in found.fetchall()]


def _exact(cell: str, pointer: str) -> str:
    """SQL of a value in which a whole number that was written as a fraction (`2.0`) is one, as an id would be."""
    is_fraction = f"json_type(record, {duckdb_session.literal(pointer)}) = 'DOUBLE'"
    return (
        f"case when ends_with({cell}, '.0') and {is_fraction} and abs(try_cast({cell} as double)) < {2**53} "
        f"then left({cell}, length({cell}) - 2) else {cell} end"
    )


def _repeated(nested: Sequence[str], *, at_the_top: bool) -> str:
    """Cases of an object on the way to a value in which a key stands twice: nobody knows which one counts."""
    inside: set[tuple[str, ...]] = {()} if at_the_top else set()
    inside |= {
        tuple(name.split(".")[:depth]) for name in nested for depth in range(1, name.count(".") + 1)
    }
    cases = []
    for path in sorted(inside):
        at = f", {duckdb_session.literal(json_pointer(path))}" if path else ""
        keys = f"json_keys(record{at})"
        where = f" of {'.'.join(path)}" if path else ""
        cases.append(
            f"when len({keys}) <> len(list_distinct({keys})) "
            f"then {duckdb_session.literal(f'a JSON object with a key twice{where}')} "
        )
    return "".join(cases)


def json_pointer(parts: Sequence[str]) -> str:
    """The pointer to a value inside a JSON object (RFC 6901), whatever characters its keys hold."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
