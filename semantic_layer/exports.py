"""Saved queries as tables: open-source dbt parses `exports` and does nothing with them; here a release has them.

Names are checked before anything is written, so that an export never takes the place of a mart. When exports
are written, and how a release is sealed, does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.saved_queries import Export, SavedQuery, read_saved_queries

if TYPE_CHECKING:
    import duckdb

    from semantic_layer.layer import SemanticLayer

DEFAULT_SCHEMA = "scorecards"
"""Where an export goes whose configuration names no schema."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RESERVED_SCHEMAS = ("quality", "main", "information_schema", "pg_catalog")
"""Schemas that exports stay out of: the gate's, and the database's own."""


@dataclass(frozen=True, kw_only=True)
class ExportedTable:
    """A table that a saved query becomes, in the public marts."""

    schema: str
    table: str
    query: SavedQuery

    @property
    def name(self) -> str:
        """As SQL names it in the marts."""
        return f"{self.schema}.{self.table}"


def exported_tables(
    queries: Iterable[SavedQuery], *, taken: Collection[str]
) -> tuple[ExportedTable, ...]:
    """The tables that these queries define, in alphabetical order.

    `taken` are tables (`schema.table`) that the release has for other reasons. Raises `QueryInvalid`
    with every export whose name is not allowed or not free.
    """
    tables: dict[str, ExportedTable] = {}
    faults: list[str] = []
    occupied = {name.lower() for name in taken}
    for query in queries:
        for export in query.exports:
            table = ExportedTable(
                schema=export.schema or DEFAULT_SCHEMA, table=export.alias, query=query
            )
            fault = _fault(table, export, occupied)
            if not fault and table.name in tables:
                fault = f"`{table.name}` is an export of saved query `{tables[table.name].query.name}` already"
            if fault:
                faults.append(f"  saved query `{query.name}`, export `{export.name}`: {fault}")
            else:
                tables[table.name] = table
    if faults:
        raise QueryInvalid(
            "These exports cannot become tables; change `schema` or `alias` of their `config`:\n"
            + "\n".join(faults)
        )
    return tuple(tables[name] for name in sorted(tables))


def exports_of(semantic_manifest: Path, *, taken: Collection[str]) -> tuple[ExportedTable, ...]:
    """The tables that the saved queries of a `semantic_manifest.json` define."""
    queries = read_saved_queries(semantic_manifest.read_text(encoding="utf-8"))
    return exported_tables(queries.values(), taken=taken)


def _fault(table: ExportedTable, export: Export, occupied: Collection[str]) -> str:
    """Why an export cannot be a table of this name; empty where it can."""
    for key, name in (("schema", table.schema), ("alias", table.table)):
        if not _NAME.fullmatch(name):
            return (
                f"{key} `{name}` is not allowed; lower-case letters, digits and `_`, not beginning "
                "with a digit, 63 at most"
            )
    if export.export_as != "table":
        return f"export_as `{export.export_as}` is not supported; expected: table"
    if table.schema in _RESERVED_SCHEMAS:
        return f"schema `{table.schema}` is not for exports; `{DEFAULT_SCHEMA}` is"
    if table.name in occupied:
        return f"`{table.name}` is a table of the release already"
    return ""


def write_exports(
    layer: SemanticLayer,
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[ExportedTable],
) -> dict[str, int]:
    """Rewrite each table, rows in the order of their group-by columns; rows by table name.

    `connection` has the marts open for writing. Columns have MetricFlow's names, with every digit.
    """
    rows: dict[str, int] = {}
    for table in tables:
        answer = layer.query(table.query.request).table
        connection.execute(f"create schema if not exists {table.schema}")
        connection.register("exported", answer)
        connection.execute(f"create or replace table {table.name} as select * from exported")
        connection.unregister("exported")
        rows[table.name] = int(answer.num_rows)
    return rows


def drop_exports(connection: duckdb.DuckDBPyConnection, tables: Iterable[ExportedTable]) -> None:
    """Remove the tables that another release's saved queries became."""
    for table in tables:
        connection.execute(f"drop table if exists {table.name}")
