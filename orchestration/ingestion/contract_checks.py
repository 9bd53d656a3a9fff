"""The contract held against every row of a file, in one pass of DuckDB.

`staging_query` is the whole data path of a file: mapped, cast, checked, each row with its faults in
words.
"""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.core import duckdb_session
from orchestration.ingestion.casts import Locale, Origin, cast_to, describe_type, plausible
from orchestration.ingestion.formats.readers import BROKEN, LINE, PRESENT, ROW_NUMBER
from orchestration.ingestion.mapping import MappedColumn, MappedFile
from orchestration.settings.contract import ContractColumn, StreamContract

STAGED_EXTRA = (
    ("_is_deleted", "boolean"),
    ("_extra", "varchar"),
    ("_line", "bigint"),
    ("_row_number", "bigint"),
    ("_present", "integer"),
    ("_kept", "boolean"),
    ("_fault", "varchar"),
    ("_raw", "varchar"),
    ("_part", "integer"),
)
_SHOWN = 40


def staged_table(stream: StreamContract) -> str:
    """Column definitions of the table that a load is staged in."""
    columns = [(column.name, column.data_type) for column in stream.columns]
    return ", ".join(
        f"{duckdb_session.name(name)} {kind}" for name, kind in [*columns, *STAGED_EXTRA]
    )


def staging_query(
    mapped: MappedFile,
    *,
    stream: StreamContract,
    locale: Locale,
    currency: str,
    part: int,
    keep_raw: bool,
) -> str:
    """A SELECT of a file's rows as `staged_table` has them.

    `_kept` is false for rows that the selection leaves out, `_fault` holds what is wrong with a
    kept row.
    """
    by_name = {column.name: column for column in mapped.columns}
    values = [f"{column.sql} as {_value(column.name)}" for column in mapped.columns]
    deleted = "cast(null as varchar)"
    deleted_cast = "false"
    if mapped.deleted is not None:
        deleted = mapped.deleted.sql
        cast = cast_to("_deleted_value", "boolean", origin=mapped.deleted.origin, locale=locale)
        deleted_cast = f"coalesce({cast}, false)"
    kept = f"not ({mapped.is_empty})"
    if mapped.where is not None:
        kept += f" and coalesce(({mapped.where}), false)"
    if mapped.unpivoted_value is not None:
        kept += f" and {mapped.unpivoted_value} is not null"
    typed = [
        _typed(column, by_name.get(column.name), locale, currency) for column in stream.columns
    ]
    names = ", ".join(duckdb_session.name(column.name) for column in stream.columns)
    dates = [
        f"{bounded} as {duckdb_session.name(column.name)}"
        for column in stream.columns
        if column.name in by_name
        and (
            bounded := plausible(
                duckdb_session.name(column.name), column.data_type, time_zone=locale.time_zone
            )
        )
    ]
    faults = list(_faults(stream, by_name, locale))
    bad = " or ".join(f"({condition})" for condition, _ in faults) or "false"
    words = ", ".join(f"case when {condition} then {text} end" for condition, text in faults)
    comma = ", " if values else ""
    raw = mapped.raw if keep_raw else "cast(null as varchar)"
    return f"""
        with mapped as (
            select {", ".join(values)}{comma}{deleted} as _deleted_value, ({kept}) as _kept,
                {mapped.extra} as _extra, {raw} as _raw,
                {ROW_NUMBER} as _row_number, {LINE}, {PRESENT}, {BROKEN}
            from ({mapped.relation})
        ),
        typed as (
            select *, {", ".join(typed)}, {deleted_cast} as _is_deleted from mapped
        ),
        dated as (
            select *{f" replace ({', '.join(dates)})" if dates else ""} from typed
        ),
        judged as (
            select *, case
                when {BROKEN} is not null then {BROKEN}
                when _kept and ({bad}) then concat_ws('; ', {words or "null"})
            end as _fault
            from dated
        )
        select {names}, _is_deleted, _extra, {LINE}, _row_number, {PRESENT},
            _kept or {BROKEN} is not null as _kept, _fault,
            case when _fault is not null then _raw end as _raw, {part} as _part
        from judged
    """


def _value(name: str) -> str:
    return duckdb_session.name(f"value of {name}")


def _typed(
    column: ContractColumn, mapped: MappedColumn | None, locale: Locale, currency: str
) -> str:
    if mapped is None:
        cast = f"cast(null as {column.data_type})"
    else:
        cast = cast_to(
            _value(column.name),
            column.data_type,
            origin=mapped.origin,
            locale=locale,
            formats=mapped.formats,
        )
    if column.name == "currency":
        cast = f"coalesce(upper({cast}), {duckdb_session.literal(currency)})"
    return f"{cast} as {duckdb_session.name(column.name)}"


def _faults(
    stream: StreamContract, mapped: dict[str, MappedColumn], locale: Locale
) -> Iterator[tuple[str, str]]:
    """Pairs of SQL: when a row is at fault, and the words for it."""
    for column in stream.columns:
        found = mapped.get(column.name)
        name = duckdb_session.name(column.name)
        required = f"{name} is null"
        if column.name not in stream.keys:
            required += " and not _is_deleted"
        if found is None:
            if column.required:
                yield (
                    required,
                    duckdb_session.literal(
                        f"{column.name}: nothing is mapped to it, and it is required"
                    ),
                )
            continue
        value = _value(column.name)
        if column.data_type != "varchar":
            expected = describe_type(column.data_type, locale=locale, formats=found.formats)
            yield f"{value} is not null and {name} is null", _words(column, found, value, expected)
        if column.required:
            yield (
                f"{value} is null and {required}",
                duckdb_session.literal(f"{column.name}: is empty, and it is required"),
            )
        if column.accepted_values:
            expected = f"one of {', '.join(column.accepted_values)}"
            accepted = duckdb_session.texts(column.accepted_values)
            yield f"{name} not in ({accepted})", _words(column, found, value, expected)
    for rule in stream.rules:
        yield (
            f"not _is_deleted and not coalesce(({rule.check}), true)",
            duckdb_session.literal(rule.expected),
        )


def _words(column: ContractColumn, mapped: MappedColumn, value: str, expected: str) -> str:
    if column.is_private:
        return duckdb_session.literal(f"{column.name}: its value (withheld) is not {expected}")
    text = value if mapped.origin is not Origin.TYPED else f"cast({value} as varchar)"
    shown = (
        f"case when length({text}) > {_SHOWN} then left({text}, {_SHOWN}) || '…' else {text} end"
    )
    return (
        f"{duckdb_session.literal(column.name + ': found ')} || '''' || {shown} || '''' || "
        f"{duckdb_session.literal(', expected ' + expected)}"
    )
