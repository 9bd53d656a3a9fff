"""What tools list before they query: catalogues, schemas and tables, in the schemas that Flight SQL sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from semantic_layer.layer import SemanticLayer
from serving.metric_tables import CATALOG, TABLE_TYPE, table_names, table_schema

if TYPE_CHECKING:
    import pyarrow as pa


def listing(layer: SemanticLayer, command: str, message: Any) -> pa.Table:
    """The answer of a command of `LISTINGS`."""
    return LISTINGS[command](layer, message)


def _catalogs(layer: SemanticLayer, message: Any) -> pa.Table:
    return _table({"catalog_name": [CATALOG]})


def _schemas(layer: SemanticLayer, message: Any) -> pa.Table:
    shown = _is_catalog(message.catalog) and _matches(CATALOG, message.db_schema_filter_pattern)
    names = [CATALOG] if shown else []
    return _table({"catalog_name": names, "db_schema_name": names}, optional=["catalog_name"])


def _tables(layer: SemanticLayer, message: Any) -> pa.Table:
    types = list(message.table_types)
    shown = (
        _is_catalog(message.catalog)
        and _matches(CATALOG, message.db_schema_filter_pattern)
        and (not types or TABLE_TYPE in types)
    )
    pattern = message.table_name_filter_pattern
    names = [name for name in table_names(layer) if shown and _matches(name, pattern)]
    columns = {
        "catalog_name": [CATALOG] * len(names),
        "db_schema_name": [CATALOG] * len(names),
        "table_name": names,
        "table_type": [TABLE_TYPE] * len(names),
    }
    table = _table(columns, optional=["catalog_name", "db_schema_name"])
    if not message.include_schema:
        return table
    import pyarrow as pa

    schemas = [table_schema(layer, name).serialize().to_pybytes() for name in names]
    field = pa.field("table_schema", pa.binary(), nullable=False)
    return table.append_column(field, pa.array(schemas, pa.binary()))


def _table_types(layer: SemanticLayer, message: Any) -> pa.Table:
    return _table({"table_type": [TABLE_TYPE]})


LISTINGS: Mapping[str, Callable[[SemanticLayer, Any], pa.Table]] = {
    "CommandGetCatalogs": _catalogs,
    "CommandGetDbSchemas": _schemas,
    "CommandGetTables": _tables,
    "CommandGetTableTypes": _table_types,
}


def _table(columns: Mapping[str, list[str]], *, optional: Collection[str] = ()) -> pa.Table:
    """Texts by column; clients check which columns may be empty."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string(), nullable=name in optional) for name in columns]
    arrays = [pa.array(values, pa.string()) for values in columns.values()]
    table: pa.Table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    return table


def _is_catalog(name: str) -> bool:
    return name in ("", CATALOG)


def _matches(name: str, pattern: str) -> bool:
    """Whether a name is like a pattern of SQL, where `%` is any text and `_` any sign; an empty one is all."""
    if not pattern:
        return True
    signs = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(signs.get(s, re.escape(s)) for s in pattern), name, re.I))
