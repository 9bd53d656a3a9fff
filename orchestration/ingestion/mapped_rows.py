"""The rows of a file as the mapping gives them, before they are cast: SQL for `contract_checks`.

Which SQL gives a column belongs to `mapping`, on which rows it fails to `failing_sql`.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.core import duckdb_session
from orchestration.ingestion.failing_sql import DELETED, WHERE, fails
from orchestration.ingestion.formats.file_rows import BROKEN, LINE, PRESENT, ROW_NUMBER
from orchestration.ingestion.mapping import MappedColumn, MappedFile
from orchestration.settings.contract import StreamContract


def value_of(name: str) -> str:
    """The quoted name of the column that holds what the file has for the stream's column `name`."""
    return duckdb_session.name(f"value of {name}")


def mapped_rows(
    mapped: MappedFile, stream: StreamContract, *, keep_raw: bool, failing: Mapping[str, str]
) -> str:
    """A SELECT of the mapped values as they stand in the file, and of whether the row is kept.

    `_kept` is false where `where` or an empty row leaves it out, `_excluded` true where `where` alone does; `_failed`
    is why SQL of the mapping fails on the row: `failing` is the name of such an expression to the reason.
    """
    where = f"coalesce(({mapped.where}), false)" if mapped.where is not None else None
    if where is not None and WHERE in failing:
        where = f"(coalesce(try({mapped.where}), false) or {fails(f'({mapped.where})')})"
    deleted = "cast(null as varchar)"
    if mapped.deleted is not None:
        deleted = _guarded(mapped.deleted, failing, None, tried=False)
    kept = f"not ({mapped.is_empty})"
    if mapped.unpivoted_value is not None:
        kept += f" and {mapped.unpivoted_value} is not null"
    excluded = "false"
    if where is not None:
        excluded = f"{kept} and not {where}"
        kept += f" and {where}"
    version = {*stream.keys, stream.newest_by}
    cells = [
        *(
            f"{_guarded(column, failing, where, tried=column.name in version)} "
            f"as {value_of(column.name)}"
            for column in mapped.columns
        ),
        f"{deleted} as _deleted_value",
        f"({kept}) as _kept",
        f"({excluded}) as _excluded",
        f"{_failed(mapped, failing, where)} as _failed",
        f"{mapped.extra} as _extra",
        f"{mapped.raw if keep_raw else 'cast(null as varchar)'} as _raw",
        f"{ROW_NUMBER} as _row_number",
        LINE,
        PRESENT,
        BROKEN,
    ]
    return f"select {', '.join(cells)} from ({mapped.relation})"


def _guarded(
    column: MappedColumn, failing: Mapping[str, str], where: str | None, *, tried: bool
) -> str:
    """The column's SQL, not evaluated for rows that the selection leaves out: it may fail on them.

    `tried`: null is good enough for them where it does.
    """
    if not column.is_expression:
        return column.sql
    sql = f"try({column.sql})" if column.name in failing else column.sql
    if where is None:
        return sql
    rest = f" else try({column.sql})" if tried else ""
    return f"case when {where} then {sql}{rest} end"


def _failed(mapped: MappedFile, failing: Mapping[str, str], where: str | None) -> str:
    """SQL of the reasons of the expressions that fail on a row, null where none does."""
    expressions = {column.name: column.sql for column in mapped.columns}
    if mapped.deleted is not None:
        expressions[DELETED] = mapped.deleted.sql
    if mapped.where is not None:
        expressions[WHERE] = f"({mapped.where})"
    reasons = [
        f"case when {where if where and name != WHERE else 'true'} and {fails(expressions[name])} "
        f"then {duckdb_session.literal(reason)} end"
        for name, reason in failing.items()
    ]
    return f"nullif(concat_ws('; ', {', '.join(reasons)}), '')" if reasons else "null"
