"""Every row of a file checked against its contract, in one pass of DuckDB.

`staging_query` is the whole data path of a file: mapped, cast, checked, each row with the reasons why
it breaks its contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orchestration.core import duckdb_session
from orchestration.core.words import fold
from orchestration.ingestion import event_times
from orchestration.ingestion.casts import Locale, Origin, cast_to, describe_type, plausible
from orchestration.ingestion.formats.file_rows import BROKEN, LINE, PRESENT
from orchestration.ingestion.mapped_rows import mapped_rows, value_of
from orchestration.ingestion.mapping import MappedColumn, MappedFile
from orchestration.settings.contract import ContractColumn, StreamContract

STAGED_EXTRA = (
    ("_is_deleted", "boolean"),
    ("_extra", "varchar"),
    ("_line", "bigint"),
    ("_row_number", "bigint"),
    ("_present", "integer"),
    ("_kept", "boolean"),
    ("_left_out", "boolean"),
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
    past_midnight: int | None = None,
    failing: Mapping[str, str] | None = None,
) -> str:
    """A SELECT of a file's rows as `staged_table` has them.

    `_kept` is false for rows that the selection leaves out, `_left_out` true where its `where` alone
    does so and the row has a key; `_fault` holds what is wrong with a kept row. `past_midnight` is the
    selection's; `failing` is the name of an expression that fails on some rows to the reason why these
    are at fault.
    """
    by_name = {column.name: column for column in mapped.columns}
    typed = ", ".join(
        _typed(column, by_name.get(column.name), locale, currency) for column in stream.columns
    )
    names = ", ".join(duckdb_session.name(column.name) for column in stream.columns)
    texts = {name: _text(column, value_of(name)) for name, column in by_name.items()}
    settled = event_times.settled_times(
        stream.in_order, texts, past_midnight=past_midnight, time_zone=locale.time_zone
    )
    dated, stages = "dated", ""
    for stage, (name, time) in enumerate(settled):
        replaced = f"select * replace ({time} as {duckdb_session.name(name)}) from {dated}"
        dated = f"settled_{stage}"
        stages += f"{dated} as ({replaced}),\n        "
    faults = list(_faults(stream, by_name, locale))
    faults += event_times.order_faults(stream.in_order, texts)
    reasons = ", ".join(f"case when {condition} then {text} end" for condition, text in faults)
    return f"""
        with mapped as (
            {mapped_rows(mapped, stream, keep_raw=keep_raw, failing=failing or {})}
        ),
        typed as (
            select *, {typed}, {_is_deleted(mapped.deleted, locale)} as _is_deleted from mapped
        ),
        dated as (
            select *{_plausible_dates(stream, by_name, locale)} from typed
        ),
        {stages}checked as (
            select *, case
                when {BROKEN} is not null then {BROKEN}
                when _kept and _failed is not null then _failed
                when _kept then visible_text(nullif(concat_ws('; ', {reasons or "null"}), ''))
            end as _fault
            from {dated}
        )
        select {names}, _is_deleted, _extra, {LINE}, _row_number, {PRESENT},
            _kept or {BROKEN} is not null as _kept,
            _excluded and {BROKEN} is null and {_has_key(stream, by_name)} as _left_out, _fault,
            case when _fault is not null then _raw end as _raw, {part} as _part
        from checked
    """


def _has_key(stream: StreamContract, mapped: Mapping[str, MappedColumn]) -> str:
    """Whether a row says which key it is about."""
    required = [name for name in stream.keys if stream.column(name).required]
    if not any(name in mapped for name in stream.keys):
        return "false"
    return " and ".join(f"{duckdb_session.name(name)} is not null" for name in required) or "true"


def _is_deleted(deleted: MappedColumn | None, locale: Locale) -> str:
    if deleted is None:
        return "false"
    cast = cast_to("_deleted_value", "boolean", origin=deleted.origin, locale=locale)
    return f"coalesce({cast}, false)"


def _plausible_dates(
    stream: StreamContract, mapped: Mapping[str, MappedColumn], locale: Locale
) -> str:
    """A `replace` clause that makes dates outside of the plausible years null."""
    dates = []
    for column in stream.columns:
        name = duckdb_session.name(column.name)
        bounded = plausible(
            name, column.data_type, time_zone=locale.time_zone, calendar=locale.calendar
        )
        if bounded and column.name in mapped:
            dates.append(f"{bounded} as {name}")
    return f" replace ({', '.join(dates)})" if dates else ""


def _typed(
    column: ContractColumn, mapped: MappedColumn | None, locale: Locale, currency: str
) -> str:
    if mapped is None:
        cast = f"cast(null as {column.data_type})"
    else:
        cast = cast_to(
            value_of(column.name),
            column.data_type,
            origin=mapped.origin,
            locale=locale,
            formats=mapped.formats,
        )
    if column.name == "currency":
        cast = f"coalesce(upper({cast}), {duckdb_session.literal(currency)})"
    elif column.spellings:
        cast = _spelled(cast, column.spellings)
    return f"{cast} as {duckdb_session.name(column.name)}"


def _spelled(value: str, words: Sequence[str]) -> str:
    """A word in the spelling of the contract, where it is one of `words`; any other as it stands."""
    folded = duckdb_session.texts([fold(word) for word in words])
    known = duckdb_session.texts(words)
    return (
        f"case when {value} in ({known}) then {value} "
        f"else coalesce(list_extract([{known}], list_position([{folded}], folded_word({value}))), {value}) end"
    )


def _faults(
    stream: StreamContract, mapped: Mapping[str, MappedColumn], locale: Locale
) -> Iterator[tuple[str, str]]:
    """Pairs of SQL: when a row is at fault, and the reason."""
    for column in stream.columns:
        source = mapped.get(column.name)
        name = duckdb_session.name(column.name)
        required = f"{name} is null"
        if column.name not in stream.keys:
            required += " and not _is_deleted"
        if source is None:
            if column.required:
                yield (
                    required,
                    duckdb_session.literal(
                        f"{column.name}: nothing is mapped to it, and it is required"
                    ),
                )
            continue
        value = value_of(column.name)
        if column.name in stream.ids:
            yield f"is_rounded_id({_text(source, value)})", _rounded(column, source, value)
            if column.required and column.name in stream.keys:
                yield f"is_no_id({_text(source, value)})", _no_id(column, source, value)
        if column.data_type != "varchar":
            expected = describe_type(column.data_type, locale=locale, formats=source.formats)
            yield (
                f"{value} is not null and {name} is null",
                _reason(column, source, value, expected),
            )
        if column.minimum is not None:
            below = f"{column.name} is below {column.minimum}: found "
            reason = f"{duckdb_session.literal(below)} || {_text(source, value)}"
            yield f"{name} < {column.minimum}", reason
        if column.required:
            yield (
                f"{value} is null and {required}",
                duckdb_session.literal(f"{column.name}: is empty, and it is required"),
            )
        if column.accepted_values:
            expected = f"one of {', '.join(column.accepted_values)}"
            accepted = duckdb_session.texts(column.accepted_values)
            yield f"{name} not in ({accepted})", _reason(column, source, value, expected)
    for rule in stream.rules:
        yield (
            f"not _is_deleted and not coalesce(({rule.check}), true)",
            f"({rule.reason})" if rule.reason else duckdb_session.literal(rule.expected),
        )


def _rounded(column: ContractColumn, mapped: MappedColumn, value: str) -> str:
    advice = "a spreadsheet rounded this id; export the column as text"
    if column.is_private:
        return duckdb_session.literal(f"{column.name}: {advice} (its value is withheld)")
    return (
        f"{duckdb_session.literal(column.name + ': found ')} || '''' || {_text(mapped, value)} || "
        f"{duckdb_session.literal(chr(39) + ': ' + advice)}"
    )


def _no_id(column: ContractColumn, mapped: MappedColumn, value: str) -> str:
    advice = (
        "': a row of totals, or one that lacks its id, is no record; leave it out with `where`, or name the "
        "word in `nulls`"
    )
    start = duckdb_session.literal(f"{column.name}: found '")
    return f"{start} || {_text(mapped, value)} || {duckdb_session.literal(advice)}"


def _text(mapped: MappedColumn, value: str) -> str:
    return value if mapped.origin is not Origin.TYPED else f"cast({value} as varchar)"


def _reason(column: ContractColumn, mapped: MappedColumn, value: str, expected: str) -> str:
    if column.is_private:
        return duckdb_session.literal(f"{column.name}: its value (withheld) is not {expected}")
    text = _text(mapped, value)
    shown = (
        f"case when length({text}) > {_SHOWN} then left({text}, {_SHOWN}) || '…' else {text} end"
    )
    return (
        f"{duckdb_session.literal(column.name + ': found ')} || '''' || ({shown}) || '''' || "
        f"{duckdb_session.literal(', expected ' + expected)}"
    )
