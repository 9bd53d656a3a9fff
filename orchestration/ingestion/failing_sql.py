"""Which SQL of a mapping fails on which rows of a file, once reading the file has failed.

DuckDB's error names neither line nor column. The rows on which an expression fails go to quarantine; where it fails
on every row, the expression is wrong and the file is rejected. Checking values belongs to `contract_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.formats.file_rows import LINE, ROW_NUMBER
from orchestration.ingestion.mapping import MappedFile
from orchestration.privacy.redaction import without_contacts
from orchestration.settings.contract import StreamContract

WHERE, DELETED = "where", "deleted"
"""Names of the expressions that are no column's."""


@contextmanager
def tries_apart(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """While this is entered, `try` guards: DuckDB computes what several expressions share outside of it."""
    connection.execute("set disabled_optimizers = 'common_subexpressions'")
    try:
        yield
    finally:
        connection.execute("reset disabled_optimizers")


def fails(sql: str) -> str:
    """SQL that is true where evaluating `sql` is an error, and false where it is a value or null."""
    return f"(try(coalesce(cast({sql} as varchar), '')) is null)"


def failing_expressions(
    connection: duckdb.DuckDBPyConnection,
    mapped: MappedFile,
    *,
    stream: StreamContract,
    file: str,
    path: Path,
) -> Mapping[str, str]:
    """Column (or `where`, `deleted`) whose SQL fails on some rows to the reason why these go to quarantine.

    Raises `SourceError`, with line and column, where one fails on every row that it is evaluated for.
    """
    private = {column.name for column in stream.columns if column.is_private}
    reasons: dict[str, str] = {}
    for name, sql, condition in _expressions(mapped):
        failing, rows, first = _count(connection, mapped, sql, condition)
        if not failing:
            continue
        error, line = _first_error(connection, mapped, sql, first, path)
        shown = "its values are withheld" if name in private else without_contacts(error)
        if failing == rows:
            raise SourceError(
                f"{file}, line {line:,}: the SQL of {stream.name}.{name} fails on this row and on every other: "
                f"{shown}. Change it in embudo.yml: try_cast is empty where a value is not of the type."
            )
        reasons[name] = (
            f"{name}: its SQL fails on this row (on line {line:,}: {shown}); try_cast is empty where a value "
            "is not of the type"
        )
    return reasons


def _expressions(mapped: MappedFile) -> Iterator[tuple[str, str, str]]:
    """Name, SQL, and the condition of the rows that it is evaluated for."""
    kept = "true"
    if mapped.where is not None:
        yield WHERE, f"({mapped.where})", "true"
        kept = f"coalesce(try({mapped.where}), false)"
    for column in mapped.columns:
        if column.is_expression:
            yield column.name, column.sql, kept
    if mapped.deleted is not None and mapped.deleted.is_expression:
        yield DELETED, mapped.deleted.sql, "true"


def _count(
    connection: duckdb.DuckDBPyConnection, mapped: MappedFile, sql: str, condition: str
) -> tuple[int, int, int]:
    """Rows on which it fails, rows that it is evaluated for, and the number of the first of the former."""
    try:
        row = connection.execute(
            f"select count(*) filter ({fails(sql)}), count(*), min({ROW_NUMBER}) filter ({fails(sql)}) "
            f"from ({mapped.relation}) where {condition} and not ({mapped.is_empty})"
        ).fetchone()
    except duckdb.Error:
        return 0, 0, 0  # the file itself cannot be read
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2] or 0)


def _first_error(
    connection: duckdb.DuckDBPyConnection, mapped: MappedFile, sql: str, number: int, path: Path
) -> tuple[str, int]:
    """What DuckDB says of the row, and the row's line."""
    row = f"from ({mapped.relation}) where {ROW_NUMBER} = {number}"
    line_row = connection.execute(f"select {LINE} {row}").fetchone()
    line = int(line_row[0]) if line_row else 0
    try:
        connection.execute(f"select {sql} {row}").fetchall()
    except duckdb.Error as error:
        return duckdb_session.error_text(error, path=path), line
    return "no value", line
