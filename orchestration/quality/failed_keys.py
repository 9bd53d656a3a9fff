"""The keys of the rows that fail a dbt test, from the SQL that dbt has compiled.

Never contact data: where no key column can be distinguished from it, there are no keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from orchestration.quality.databases import Databases, identifier
from orchestration.quality.dbt_manifest import (
    Node,
    kind_of,
    model_of,
    relation_of_model,
    tests_of,
)
from orchestration.quality.masking import KEPT, is_shown, shown, shown_columns


def failed_keys(
    test: Node, *, manifest: Mapping[str, Any], artifacts: Path, databases: Databases
) -> tuple[str, ...]:
    """Keys of the rows that fail a test, as many as are kept; `artifacts` is dbt's target folder."""
    compiled = _compiled_sql(test, artifacts)
    if compiled is None:
        return ()
    try:
        with databases.open() as connection:
            columns = [row[0] for row in connection.execute(f"describe ({compiled})").fetchall()]
            by_key = _model_key_query(test, manifest, compiled, columns)
            if by_key is None:
                own = _own_keys(test, manifest)
                wanted = (
                    tuple(key for key in own if key in columns)[:1]
                    or shown_columns(columns)
                    or _aliased_key(test, columns)
                )
                if not wanted:
                    return ()
                picked = " || '|' || ".join(
                    f"coalesce({identifier(c)}::varchar, '')" for c in wanted
                )
                by_key = f"select {picked} from ({compiled})"
            rows = connection.execute(f"select * from ({by_key}) limit {KEPT}").fetchall()
    except databases.errors:
        return ()
    return shown(row[0] for row in rows)


def _model_key_query(
    test: Node, manifest: Mapping[str, Any], compiled: str, columns: Collection[str]
) -> str | None:
    """The model's own keys for generic tests whose failing rows do not carry them."""
    kind = kind_of(test)
    tested = test.get("column_name")
    model = model_of(test, manifest)
    if model is None or not tested or kind not in ("not_null", "accepted_values"):
        return None
    keys = [key for key in _keys_of(model, manifest) if is_shown(key) and key != tested]
    if not keys:
        return None
    relation = relation_of_model(model)
    key, column = identifier(keys[0]), identifier(tested)
    if kind == "not_null":
        return f"select {key} from {relation} where {column} is null"
    if "value_field" not in columns:
        return None
    return f"select {key} from {relation} where {column} in (select value_field from ({compiled}))"


def _own_keys(test: Node, manifest: Mapping[str, Any]) -> list[str]:
    """The key of the test's model, as far as it may be shown."""
    model = model_of(test, manifest)
    return [key for key in _keys_of(model, manifest) if is_shown(key)] if model else []


def _keys_of(model: Node, manifest: Mapping[str, Any]) -> list[str]:
    known = [
        str(test["column_name"])
        for test in tests_of(manifest, unit_tests=False)
        if test.get("attached_node") == model["unique_id"] and kind_of(test) == "is_key"
    ]
    return known or [column for column in model.get("columns", {}) if column.endswith("_key")]


def _aliased_key(test: Node, columns: Collection[str]) -> tuple[str, ...]:
    """dbt calls the tested column `unique_field` or `from_field`: shown where the column may be."""
    tested = test.get("column_name") or ""
    if not is_shown(tested):
        return ()
    return tuple(
        column for column in ("unique_field", "from_field", "value_field") if column in columns
    )


def _compiled_sql(test: Node, artifacts: Path) -> str | None:
    if test.get("compiled_code"):
        return str(test["compiled_code"])
    folder = artifacts / "compiled" / str(test["package_name"])
    name = Path(str(test["path"])).name
    for path in (
        folder / str(test["original_file_path"]) / name,
        folder / str(test["original_file_path"]),
    ):
        if path.is_file():
            return path.read_text(encoding="utf-8").strip().rstrip(";")
    return None
