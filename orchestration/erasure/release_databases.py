"""A person taken out of the two databases of a release: rows deleted, references cleared, texts scrubbed.

Which rows go is declared by the marts (`orchestration.privacy.model_keys`). In the private warehouse, which the next
refresh rebuilds, whatever leads to the person goes. Sealing and replacing the release belongs to `releases`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from orchestration.core.duckdb_session import literal, name, texts
from orchestration.privacy.addresses import public_id_sql
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.model_keys import Declarations, ModelKey
from orchestration.publication.candidate import STORAGE_VERSION
from orchestration.publication.files import copy_file
from orchestration.publication.layout import DATABASES
from orchestration.settings.contract_loading import load_contract
from orchestration.settings.phone_numbers import national_number


@dataclass(frozen=True)
class ErasedDatabases:
    """Rows that went or changed, and rows of each mart (`schema.table`) afterwards."""

    changed: int
    rows: Mapping[str, int]


@dataclass(frozen=True)
class _Table:
    database: str
    schema: str
    table: str
    columns: Mapping[str, str]
    """Name to type."""

    @property
    def relation(self) -> str:
        return f"{self.database}.{name(self.schema)}.{name(self.table)}"

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(column for column, kind in self.columns.items() if kind == "VARCHAR")


def erase_databases(
    old: Path,
    new: Path,
    subject: DataSubject,
    declared: Declarations,
    *,
    memory_limit: str,
) -> ErasedDatabases:
    """Write both databases of the folder `old` into `new`, without the person.

    Deleted rows leave their bytes in a DuckDB file: what is left is copied into a new one.
    """
    drafts = {database: new / f"{database}.draft" for database in DATABASES}
    for database, draft in drafts.items():
        copy_file(old / database, draft)
    with duckdb.connect(config={"memory_limit": memory_limit}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for database, draft in drafts.items():
            connection.execute(f"attach {literal(str(draft))} as {Path(database).stem}")
        subject = _with_public_keys(connection, subject)
        _register_keys(connection, subject, declared.keys)
        changed = sum(
            _erase_table(connection, table, subject, declared) for table in _tables(connection)
        )
        for database in DATABASES:
            connection.execute(
                f"attach {literal(str(new / database))} as fresh (storage_version '{STORAGE_VERSION}')"
            )
            connection.execute(f"copy from database {Path(database).stem} to fresh")
            connection.execute("checkpoint fresh")
            connection.execute("detach fresh")
        rows = {
            f"{table.schema}.{table.table}": _count(
                connection, f"select count(*) from {table.relation}"
            )
            for table in _tables(connection)
            if table.database == "marts"
        }
    for draft in drafts.values():
        for path in (draft, draft.with_name(draft.name + ".wal")):
            path.unlink(missing_ok=True)
    return ErasedDatabases(changed=changed, rows=rows)


def _with_public_keys(connection: duckdb.DuckDBPyConnection, subject: DataSubject) -> DataSubject:
    """The person with the keys that marts show in place of ids which are or hold an address."""
    try:
        row = connection.execute("select country from warehouse.landing.settings").fetchone()
    except duckdb.Error:
        row = None
    key = PrivacyKey.from_environment()
    if row is None or key is None:
        return subject
    key.register(connection)
    pattern = literal(national_number(str(row[0])))

    def shown(keys: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        found = {}
        for stream, values in keys.items():
            sql = public_id_sql("id", pattern, of_person=stream in subject.subjects)
            rows = connection.execute(
                f"select source || ':' || {sql} from (select split_part(key, ':', 1) as source, "
                "substr(key, strpos(key, ':') + 1) as id from (select unnest(?) as key))",
                [list(values)],
            ).fetchall()
            found[stream] = tuple(dict.fromkeys([*values, *(one for (one,) in rows)]))
        return found

    return replace(subject, subjects=shown(subject.subjects), owned=shown(subject.owned))


def _register_keys(
    connection: duckdb.DuckDBPyConnection, subject: DataSubject, keys: Sequence[ModelKey]
) -> None:
    """The tables `erased_keys` (of all rows that go) and `subject_keys` (of persons), as any mart spells them."""
    of_persons = {value for values in subject.subjects.values() for value in values}
    of_rows = {value for values in subject.keys.values() for value in values}
    for key in keys:
        of_rows |= set(key.values(subject))
        if not key.hashed and set(key.spellings) <= set(subject.subjects):
            of_persons |= set(key.values(subject))
    for table, values in (("erased_keys", of_rows), ("subject_keys", of_persons)):
        connection.execute(f"create temp table {table} as select unnest({_list(values)}) as key")


def _erase_table(
    connection: duckdb.DuckDBPyConnection,
    table: _Table,
    subject: DataSubject,
    declared: Declarations,
) -> int:
    """Rows of one table that went or changed."""
    is_key = [f"{name(c)} in (select key from erased_keys)" for c in table.texts]
    if table.database != "marts":
        mentioned = [subject.mentioned_sql(name(c)) for c in table.texts]
        return _delete(connection, table, [*is_key, *mentioned])
    if table.table in declared.tables:
        changed = _delete(connection, table, _declared_rows(table, subject, declared.keys))
    else:
        # Made by the refresh itself (alerts): about whatever key stands in it.
        changed = _delete(connection, table, is_key)
    changed += _empty_texts(connection, table)
    changed += _clear_references(connection, table)
    return changed + _scrub_texts(connection, table, subject)


def _declared_rows(table: _Table, subject: DataSubject, keys: Sequence[ModelKey]) -> list[str]:
    """Whether a row of a mart goes with the person, by each column that declares it."""
    return [
        f"{name(key.column)} in (select unnest({_list(key.values(subject))}))"
        for key in keys
        if key.row_goes
        and (key.schema, key.table) == (table.schema, table.table)
        and key.column in table.columns
    ]


def _empty_texts(connection: duckdb.DuckDBPyConnection, table: _Table) -> int:
    """Empty the free texts of rows that lead to the person and stay, before they no longer do."""
    free = {text for stream in load_contract().values() for text in stream.free_texts}
    emptied = [column for column in table.texts if column in free]
    leads = [f"{name(c)} in (select key from subject_keys)" for c in table.texts if c not in free]
    if not emptied or not leads:
        return 0
    assigned = ", ".join(f"{name(column)} = null" for column in emptied)
    return _count(connection, f"update {table.relation} set {assigned} where {' or '.join(leads)}")


def _clear_references(connection: duckdb.DuckDBPyConnection, table: _Table) -> int:
    """Empty every text that is a key of the person, in rows that stay."""
    if not table.texts:
        return 0
    leads = {c: f"{name(c)} in (select key from subject_keys)" for c in table.texts}
    # One scan of the table finds the few columns that any key stands in.
    counted = connection.execute(
        f"select {', '.join(f'count(*) filter ({sql})' for sql in leads.values())} "
        f"from {table.relation}"
    ).fetchone()
    assert counted is not None
    return sum(
        _count(
            connection, f"update {table.relation} set {name(column)} = null where {leads[column]}"
        )
        for column, rows in zip(table.texts, counted, strict=True)
        if rows
    )


def _scrub_texts(connection: duckdb.DuckDBPyConnection, table: _Table, subject: DataSubject) -> int:
    """Replace the person's addresses in the texts of rows that stay."""
    if not subject.pattern or not table.texts:
        return 0
    mentioned = " or ".join(subject.mentioned_sql(name(column)) for column in table.texts)
    scrubbed = ", ".join(
        f"{name(column)} = {subject.scrub_sql(name(column))}" for column in table.texts
    )
    return _count(connection, f"update {table.relation} set {scrubbed} where {mentioned}")


def _delete(connection: duckdb.DuckDBPyConnection, table: _Table, conditions: Iterable[str]) -> int:
    where = " or ".join(conditions)
    return _count(connection, f"delete from {table.relation} where {where}") if where else 0


def _tables(connection: duckdb.DuckDBPyConnection) -> list[_Table]:
    """Every table of both databases."""
    columns: dict[tuple[str, str, str], dict[str, str]] = {}
    for database, schema, table, column, kind in connection.execute(
        "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
        "inner join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name in ('warehouse', 'marts') order by all"
    ).fetchall():
        columns.setdefault((database, schema, table), {})[column] = kind
    return [_Table(*key, names) for key, names in columns.items()]


def _list(values: Iterable[str]) -> str:
    return f"cast([{texts(sorted(values))}] as varchar[])"


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
