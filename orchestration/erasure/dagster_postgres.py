"""A person taken out of Dagster's storage where that is PostgreSQL: every text of every table, then vacuumed.

SQLite files are cleaned with the other files of the home (`home_files`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from orchestration.core.errors import SourceError
from orchestration.observability.dagster_instance import POSTGRES_VARIABLE
from orchestration.privacy.data_subject import DataSubject

_BATCH = 1_000


def clean_postgres(subject: DataSubject) -> int:
    """Scrub all texts of the database and vacuum the tables that changed; how many values changed.

    Nothing is done where Dagster's storage is in files. Raises `SourceError` where the database does not answer.
    """

    def scrub(text: str) -> str:
        return subject.scrub(text.encode()).decode()

    if not subject.pattern:
        return 0
    changed = 0
    with closing(_Storage.open()) as storage:
        for table, columns in storage.tables():
            rewritten = sum(storage.rewrite(table, column, scrub) for column in columns)
            if rewritten:
                storage.vacuum(table)
            changed += rewritten
    return changed


def postgres_texts() -> Iterator[tuple[str, str]]:
    """Every text of the database with the column that it stands in; nothing where the storage is in files."""
    with closing(_Storage.open()) as storage:
        for table, columns in storage.tables():
            for column in columns:
                for _, text in storage.values(table, column):
                    yield f"{table}.{column}", text


class _Storage:
    """The tables of the database; empty where none is set."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    def open(cls) -> _Storage:
        address = os.environ.get(POSTGRES_VARIABLE)
        if not address:
            return cls(None)
        import psycopg2  # type: ignore[import-untyped]  # it comes without types

        try:
            connection = psycopg2.connect(address)
        except psycopg2.Error as error:
            raise SourceError(
                f"Dagster's database does not answer ({type(error).__name__}), and it may name the person. Start "
                f"it, or correct {POSTGRES_VARIABLE}, then run the command again; what is done so far stays done."
            ) from None
        connection.autocommit = True  # VACUUM runs in no transaction
        return cls(connection)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def tables(self) -> list[tuple[str, list[str]]]:
        """Table (quoted) to its columns of texts (quoted)."""
        if self._connection is None:
            return []
        found: dict[str, list[str]] = {}
        for schema, table, column in self._rows(
            "select table_schema, table_name, column_name from information_schema.columns "
            "inner join information_schema.tables using (table_schema, table_name) "
            "where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') "
            "and data_type in ('text', 'character varying', 'json', 'jsonb') order by 1, 2, 3"
        ):
            found.setdefault(f"{_quoted(schema)}.{_quoted(table)}", []).append(_quoted(column))
        return list(found.items())

    def values(self, table: str, column: str) -> Iterator[tuple[str, str]]:
        """Row id and text."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"select ctid::text, {column}::text from {table} where {column} is not null"
            )
            while rows := cursor.fetchmany(_BATCH):
                yield from rows

    def rewrite(self, table: str, column: str, scrub: Callable[[str], str]) -> int:
        """Replace the texts that change; how many did."""
        changes = [
            (scrubbed, row)
            for row, text in self.values(table, column)
            if (scrubbed := scrub(text)) != text
        ]
        kind = self._rows(f"select pg_typeof({column})::text from {table} limit 1")
        with self._connection.cursor() as cursor:
            for scrubbed, row in changes:
                cursor.execute(
                    f"update {table} set {column} = %s::{kind[0][0]} where ctid = %s::tid",
                    (scrubbed, row),
                )
        return len(changes)

    def vacuum(self, table: str) -> None:
        """Write the table again, without what its rows were."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"vacuum full {table}")

    def _rows(self, query: str) -> list[tuple[str, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
