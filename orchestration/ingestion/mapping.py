"""A selection as SQL: which expression over the file's columns gives each column of the stream.

Missing columns are found here, before anything is read. Casting belongs to `casts`, checking to
`contract_checks`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import ContractBroken
from orchestration.core.words import fold
from orchestration.ingestion.casts import Origin
from orchestration.ingestion.formats.file_rows import (
    BROKEN,
    IS_BARE,
    LINE,
    PRESENT,
    ROW_NUMBER,
    FileRows,
    cleaned,
)
from orchestration.ingestion.formats.json_lines import json_pointer
from orchestration.settings import ColumnSpec, FormatSpec, SelectionSpec
from orchestration.settings.contract import StreamContract
from orchestration.settings.expressions import parse_expression

ADDED = ("file_name", ROW_NUMBER)
_DATA = re.compile(r"@|(\d\D?){9}")
"""What is no column name but data: an e-mail address, a phone number. Dates, which are names, are shorter."""
_OF_UNIX_TIME = re.compile(
    r"\b(epoch_ms|make_timestamp_ms)\s*\(|\bmake_timestamp\s*\((?:[^(),]|\([^()]*\))*\)|'1970-01-01[ 0:]*'",
    re.IGNORECASE,
)
_STATES_ZONE = re.compile(r"\btimezone\s*\(|\bat\s+time\s+zone\b", re.IGNORECASE)
_LISTED, _LONGEST = 40, 40
"""Columns that a message lists, and characters that it shows of each."""


@dataclass(frozen=True)
class MappedColumn:
    """A column of the stream: SQL over the file's columns, how its value is written, formats of its
    own.
    """

    name: str
    sql: str
    origin: Origin
    formats: tuple[str, ...] = ()
    is_expression: bool = False
    """Whether it is SQL of the settings."""


@dataclass(frozen=True)
class MappedFile:
    """`relation` is a SELECT of the file's columns, nulls applied, unpivoted where the selection does so."""

    relation: str
    columns: tuple[MappedColumn, ...]
    where: str | None
    deleted: MappedColumn | None
    extra: str
    """JSON of the columns that nothing maps."""
    raw: str
    """JSON of all the file's columns, for formats whose bytes are not text."""
    is_empty: str
    """True where the row is empty."""
    rows_each: int
    """Rows that a record becomes."""
    unpivoted_value: str | None


def columns_read(selection: SelectionSpec) -> tuple[str, ...]:
    """The names of the file's columns that a selection reads, each once."""
    names: list[str] = []
    specs = [*selection.columns.values()]
    if selection.deleted is not None:
        specs.append(selection.deleted)
    for spec in specs:
        if spec.column is not None:
            names.append(spec.column)
        elif spec.sql is not None:
            names += parse_expression(spec.sql)
    if selection.where is not None:
        names += parse_expression(selection.where)
    unpivoted: set[str] = set()
    if selection.unpivot is not None:
        names += selection.unpivot.columns
        unpivoted = {selection.unpivot.name, selection.unpivot.value}
    return tuple(n for n in dict.fromkeys(names) if n not in unpivoted and n not in ADDED)


def map_file(
    rows: FileRows,
    *,
    selection: SelectionSpec,
    file_format: FormatSpec,
    stream: StreamContract,
    file_name: str,
    connection: duckdb.DuckDBPyConnection,
) -> MappedFile:
    """The SQL of a selection over one file.

    Raises `ContractBroken` where a column that the mapping needs is not in the file, or where its
    SQL does not bind.
    """
    read = columns_read(selection)
    resolved = _resolve(rows, read, selection, stream, file_name)
    absent = [name for name in read if name not in resolved]
    relation = _cleaned(rows, resolved, absent, file_format, file_name)
    rows_each, unpivoted = 1, None
    if selection.unpivot is not None:
        spec = selection.unpivot
        wide = ", ".join(duckdb_session.name(resolved[c]) for c in spec.columns)
        relation = (
            f"select * from ({relation}) unpivot include nulls "
            f"({duckdb_session.name(spec.value)} for {duckdb_session.name(spec.name)} in ({wide}))"
        )
        rows_each, unpivoted = len(spec.columns), duckdb_session.name(spec.value)
    columns = [
        _column(name, spec, rows, resolved, relation, connection, stream)
        for name, spec in selection.columns.items()
    ]
    deleted = None
    if selection.deleted is not None:
        deleted = _column(
            "deleted", selection.deleted, rows, resolved, relation, connection, stream
        )
    kept = {c.name for c in rows.columns} - (
        {resolved[c] for c in selection.unpivot.columns} if selection.unpivot else set()
    )
    used = {resolved[name] for name in read if name in resolved}
    spare = [c.name for c in rows.columns if c.name not in used and c.name in kept]
    visible = [c.name for c in rows.columns if c.name in (kept & used if rows.spare else kept)]
    if selection.unpivot is not None:
        visible += [selection.unpivot.name, selection.unpivot.value]
    return MappedFile(
        relation=relation,
        columns=tuple(columns),
        where=selection.where,
        deleted=deleted,
        extra=_extra(rows, spare, used),
        raw=_raw(rows, visible),
        is_empty=_is_empty(rows, visible),
        rows_each=rows_each,
        unpivoted_value=unpivoted,
    )


def _resolve(
    rows: FileRows,
    read: Sequence[str],
    selection: SelectionSpec,
    stream: StreamContract,
    file_name: str,
) -> dict[str, str]:
    """The file's own name of each column that is read."""
    resolved: dict[str, str] = {}
    missing: list[str] = []
    for name in read:
        column = rows.column(name)
        if column is not None:
            resolved[name] = column.name
        elif not rows.is_sparse or _is_needed(name, selection, stream):
            missing.append(name)
    if missing:
        raise ContractBroken(_missing(missing, rows, file_name, stream.name))
    return resolved


def _is_needed(name: str, selection: SelectionSpec, stream: StreamContract) -> bool:
    """Whether a required column of the stream stands on the file's column `name` alone."""
    required = {column.name for column in stream.columns if column.required}
    return any(
        spec.column == name for target, spec in selection.columns.items() if target in required
    )


def _missing(missing: Sequence[str], rows: FileRows, file_name: str, stream: str) -> str:
    known = [column.name for column in rows.columns]
    parts = []
    for name in missing:
        near = get_close_matches(name, [k for k in known if not _DATA.search(k)], n=1, cutoff=0.5)
        parts.append(f"{name!r}" + (f" (nearest: {_short(near[0])!r})" if near else ""))
    plural = "s" if len(missing) > 1 else ""
    advice = (
        "The file reads as one column: check `format.delimiter`."
        if len(known) == 1
        else "Its first line looks like a row of data, which is not shown here: where files have no header, set "
        "`header: false` and list `columns` under `format`."
        if any(_DATA.search(name) for name in known)
        else f"The file has: {', '.join(_short(name) for name in known[:_LISTED])}"
        + (f" and {len(known) - _LISTED:,} more." if len(known) > _LISTED else ".")
    )
    return (
        f"{file_name} lacks the column{plural} {', '.join(parts)} that the mapping of {stream} "
        f"reads. {advice} "
        "Change `columns` in embudo.yml, or send the file with its usual columns."
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _cleaned(
    rows: FileRows,
    resolved: dict[str, str],
    absent: Sequence[str],
    file_format: FormatSpec,
    file_name: str,
) -> str:
    """The file's columns with blanks trimmed and null tokens made null."""
    available = rows.columns
    if rows.extra_from is not None or rows.spare is not None:
        available = tuple(c for c in rows.columns if c.name in set(resolved.values()))
    cells = [
        f"{cleaned(column.name, file_format.nulls, is_plain=rows.is_plain)} as "
        f"{duckdb_session.name(column.name)}"
        for column in available
    ]
    carried = [ROW_NUMBER, LINE, PRESENT, BROKEN]
    if rows.extra_from is not None:
        carried.append(rows.extra_from)
    if rows.spare is not None:
        carried += [rows.spare, IS_BARE]
    cells += [f"cast(null as varchar) as {duckdb_session.name(name)}" for name in absent]
    cells += [*carried, f"{duckdb_session.literal(file_name)} as file_name"]
    return f"select {', '.join(cells)} from ({rows.relation})"


def _column(
    target: str,
    spec: ColumnSpec,
    rows: FileRows,
    resolved: dict[str, str],
    relation: str,
    connection: duckdb.DuckDBPyConnection,
    stream: StreamContract,
) -> MappedColumn:
    is_word = any(column.name == target and column.is_word for column in stream.columns)
    if spec.value is not None:
        text = str(spec.value).lower() if isinstance(spec.value, bool) else str(spec.value)
        return MappedColumn(target, duckdb_session.literal(text), Origin.NEUTRAL)
    if spec.column is not None:
        origin = Origin.LOCAL
        if spec.column in resolved:
            column = rows.column(spec.column)
            origin = Origin.LOCAL if column is None or column.is_text else Origin.NEUTRAL
            sql = duckdb_session.name(resolved[spec.column])
        elif spec.column in ADDED:
            sql = f"cast({spec.column} as varchar)"
        elif _is_made(spec.column, relation, connection):
            sql = duckdb_session.name(spec.column)
        else:
            sql = "cast(null as varchar)"
        mapped = _mapped_values(sql, spec, is_word=is_word)
        return MappedColumn(target, mapped, origin, spec.format)
    assert spec.sql is not None
    kind = _type_of(spec.sql, relation, connection, target, stream.name)
    origin = Origin.LOCAL if kind == "VARCHAR" else Origin.TYPED
    sql = f"({spec.sql})"
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind and _is_unix_time(spec.sql):
        sql = f"timezone('UTC', {sql})"
    if spec.map:
        sql = _mapped_values(f"cast({sql} as varchar)", spec, is_word=is_word)
        origin = Origin.LOCAL
    elif kind == "VARCHAR":
        sql = f"nullif({sql}, '')"
    return MappedColumn(target, sql, origin, spec.format, is_expression=True)


def _is_unix_time(sql: str) -> bool:
    """Whether SQL makes a time without a zone of a number that counts from 1970: such a time is of UTC."""
    return bool(_OF_UNIX_TIME.search(sql)) and not _STATES_ZONE.search(sql)


def _is_made(name: str, relation: str, connection: duckdb.DuckDBPyConnection) -> bool:
    described = connection.execute(f"describe {relation}").fetchall()
    return name in {str(row[0]) for row in described}


def _type_of(
    sql: str, relation: str, connection: duckdb.DuckDBPyConnection, target: str, stream: str
) -> str:
    try:
        described = connection.execute(f"describe select ({sql}) as v from ({relation})").fetchall()
    except duckdb.Error as error:
        first = str(error).strip().split("\n")[0]
        raise ContractBroken(
            f"The SQL of {stream}.{target} does not work on this file: {first}. Change it in "
            "embudo.yml."
        ) from error
    return str(described[0][1]).upper()


def _mapped_values(sql: str, spec: ColumnSpec, *, is_word: bool) -> str:
    """SQL of what `map` and `otherwise` make of a value; words are found in any spelling, the exact one first."""
    if not spec.map:
        return sql
    whens = "".join(
        f" when {sql} = {duckdb_session.literal(word)} then "
        + (duckdb_session.literal(becomes) if becomes is not None else "null")
        for word, becomes in spec.map.items()
        if word != ""
    )
    if "" in spec.map:
        empty = spec.map[""]
        whens = (
            f" when {sql} is null then "
            + (duckdb_session.literal(empty) if empty else "null")
            + whens
        )
    rest = sql
    if spec.otherwise is not None:
        rest = f"case when {sql} is not null then {duckdb_session.literal(spec.otherwise)} end"
    if is_word:
        rest = _other_spellings(sql, spec.map, rest)
    return f"case{whens} else {rest} end" if whens else rest


def _other_spellings(sql: str, mapped: Mapping[str, str | None], rest: str) -> str:
    """What a word becomes that a map names in one other spelling only; `rest` for any other."""
    words = [fold(word) for word in mapped]
    pairs = [
        (word, duckdb_session.literal(becomes) if becomes is not None else "null")
        for word, becomes in zip(words, mapped.values(), strict=True)
        if word and words.count(word) == 1
    ]
    if not pairs:
        return rest
    known = f"[{duckdb_session.texts([word for word, _ in pairs])}]"
    # one expression for all words: DuckDB plans each mention of a macro, for every file
    position = f"list_position({known}, folded_word({sql}))"
    becomes = f"list_extract([{', '.join(text for _, text in pairs)}], {position})"
    if all(text != "null" for _, text in pairs):
        return f"coalesce({becomes}, {rest})"
    return f"case when {position} is null then {rest} else {becomes} end"


def _extra(rows: FileRows, spare: Sequence[str], used: set[str]) -> str:
    if rows.extra_from is not None:
        rest = _without(rows.extra_from, used, {column.name for column in rows.columns})
        return f"nullif(cast({rest} as varchar), '{{}}')"
    if rows.spare is not None:
        return rows.spare
    return _json(spare) if spare else "cast(null as varchar)"


def _raw(rows: FileRows, visible: Sequence[str]) -> str:
    if rows.extra_from is not None:
        return duckdb_session.name(rows.extra_from)
    if rows.spare is None:
        return _json(visible)
    if not visible:
        return rows.spare
    read = _json(visible)
    return f"left({read}, length({read}) - 1) || ',' || substr({rows.spare}, 2)"


def _without(record: str, used: Iterable[str], keys: set[str]) -> str:
    """SQL of a JSON object without the used keys, by RFC 7396 patches; nested ones only where they
    are.
    """
    patch: dict[str, None] = {}
    below: dict[str, dict[str, Any]] = {}
    for path in sorted(used):
        top, *inner = path.split(".")
        if not inner or top not in keys:
            patch[path] = None
            continue
        node = below.setdefault(top, {})
        for part in inner[:-1]:
            node = node.setdefault(part, {})
        node[inner[-1]] = None
    rest = f"json_merge_patch({record}, {duckdb_session.literal(json.dumps(patch, ensure_ascii=False))})"
    for top, inner_patch in below.items():
        inside = duckdb_session.literal(json.dumps({top: inner_patch}, ensure_ascii=False))
        at = duckdb_session.literal(json_pointer([top]))
        rest = (
            f"case when json_type({record}, {at}) = 'OBJECT' "
            f"then json_merge_patch({rest}, {inside}) else {rest} end"
        )
    return rest


def _json(names: Sequence[str]) -> str:
    if not names:
        return "cast(null as varchar)"
    pairs = ", ".join(
        f"{duckdb_session.literal(name)}, {duckdb_session.name(name)}" for name in names
    )
    return f"cast(json_object({pairs}) as varchar)"


def _is_empty(rows: FileRows, visible: Sequence[str]) -> str:
    if rows.extra_from is not None or not visible:
        return "false"
    empty = f"coalesce({', '.join(duckdb_session.name(name) for name in visible)}) is null"
    return empty if rows.spare is None else f"{empty} and coalesce({IS_BARE}, true)"
