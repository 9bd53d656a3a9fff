"""Keys of the rows that fail a dbt test; none where no key can be distinguished from contact data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.quality.databases import Databases
from orchestration.quality.failed_keys import failed_keys

MODEL = "model.embudo.contacts"
MANIFEST: dict[str, Any] = {
    "nodes": {
        MODEL: {
            "unique_id": MODEL, "name": "contacts", "alias": "contacts", "resource_type": "model",
            "database": "marts", "schema": "core", "columns": {"contact_key": {}},
        }
    },
    "unit_tests": {},
}  # fmt: skip
TABLE = '"marts"."core"."contacts"'


def keys(folder: Path, sql: str | None, *, kind: str = "", column: str = "") -> tuple[str, ...]:
    test = {
        "unique_id": "test.embudo.t", "name": "t", "resource_type": "test", "package_name": "embudo",
        "path": "t.sql", "original_file_path": "models/t.yml", "attached_node": MODEL,
        "depends_on": {"nodes": [MODEL]}, "column_name": column,
        "test_metadata": {"name": kind} if kind else None, "compiled_code": sql,
    }  # fmt: skip
    return failed_keys(
        test, manifest=MANIFEST, artifacts=folder / "target", databases=Databases.of(folder)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.contacts as select * from (values ('crm:1', 'ana@example.com', 'p'), "
            "('crm:2', null, 'bot')) as t(contact_key, email, kind)"
        )
    return tmp_path


def test_keys_that_the_failing_rows_carry(folder: Path) -> None:
    assert keys(folder, f"select email, contact_key from {TABLE}") == ("crm:1", "crm:2")


def test_the_models_own_keys_where_they_carry_none(folder: Path) -> None:
    missing = f"select email from {TABLE} where email is null"
    assert keys(folder, missing, kind="not_null", column="email") == ("crm:2",)
    unknown = f"select kind as value_field from {TABLE} where kind not in ('p')"
    assert keys(folder, unknown, kind="accepted_values", column="kind") == ("crm:2",)


def test_a_key_under_the_name_that_dbt_gives_it(folder: Path) -> None:
    sql = f"select contact_key as unique_field from {TABLE}"
    assert keys(folder, sql, kind="unique", column="contact_key") == ("crm:1", "crm:2")


@pytest.mark.parametrize(
    "sql",
    [
        f"select email as unique_field from {TABLE}",
        f"select email, kind from {TABLE}",
        "select nothing from nowhere",
        None,
    ],
)
def test_none_where_there_is_no_key(folder: Path, sql: str | None) -> None:
    assert keys(folder, sql, kind="unique", column="email") == ()


def test_sql_that_dbt_has_written_to_its_target_folder(folder: Path) -> None:
    path = folder / "target" / "compiled" / "embudo" / "models" / "t.yml" / "t.sql"
    path.parent.mkdir(parents=True)
    path.write_text(f"select contact_key from {TABLE} where kind = 'bot';\n")
    assert keys(folder, None) == ("crm:2",)


def test_of_several_columns_the_models_own_key(folder: Path) -> None:
    sql = f"select 'crm:9' as account_key, * from {TABLE} where email is null"
    assert keys(folder, sql, kind="is_not_negative", column="kind") == ("crm:2",)
