"""Gate 2: dbt's outcomes become checks, with keys and never contact data."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.core.records import CheckResult
from orchestration.quality.checks.dbt_tests import MODELS_BUILT
from orchestration.quality.databases import Databases
from orchestration.quality.gate import required_checks, run_checks
from tests.unit.quality.factories import gate_input, results

CONTACTS = "model.embudo.contacts"


@dataclass(frozen=True)
class Outcome:
    unique_id: str
    status: str
    failures: int = 0
    seconds: float = 0.1
    message: str = ""


def _test(name: str, kind: str, column: str, **more: Any) -> dict[str, Any]:
    return {
        "unique_id": f"test.embudo.{name}",
        "name": name,
        "resource_type": "test",
        "package_name": "embudo",
        "path": f"{name}.sql",
        "original_file_path": "models/core/_dim_contacts.yml",
        "attached_node": CONTACTS,
        "depends_on": {"nodes": [CONTACTS]},
        "column_name": column,
        "test_metadata": {"name": kind},
        "config": {"severity": "ERROR"},
        **more,
    }


TESTS = [
    _test("not_null_email", "not_null", "email"),
    _test("accepted_kind", "accepted_values", "kind"),
    _test("is_key_contact_key", "is_key", "contact_key"),
    _test("unique_email", "unique", "email"),
    _test("orphans", "relationships", "account_key", config={"severity": "WARN"}),
    _test("own_sql", "", "", test_metadata=None, column_name=None),
]

MANIFEST: dict[str, Any] = {
    "nodes": {
        CONTACTS: {
            "unique_id": CONTACTS,
            "name": "contacts",
            "alias": "contacts",
            "resource_type": "model",
            "database": "marts",
            "schema": "core",
            "columns": {"account_key": {}, "contact_key": {}},
            "config": {"materialized": "table"},
        },
        **{test["unique_id"]: test for test in TESTS},
    },
    "unit_tests": {
        "unit_test.embudo.contacts.branches": {
            "unique_id": "unit_test.embudo.contacts.branches",
            "name": "branches",
            "resource_type": "unit_test",
            "package_name": "embudo",
            "depends_on": {"nodes": [CONTACTS]},
        }
    },
}

_TABLE = '"marts"."core"."contacts"'

COMPILED = {
    "not_null_email": f"select email from {_TABLE} where email is null",
    "accepted_kind": f"""
        with all_values as (
            select kind as value_field, count(*) as n_records from {_TABLE} group by kind
        )
        select * from all_values where value_field not in ('person')
    """,
    "is_key_contact_key": f"""
        select contact_key as unique_field, count(*) as n_records
        from {_TABLE} group by 1 having count(*) > 1 or contact_key is null
    """,
    "unique_email": f"""
        select email as unique_field, count(*) as n_records
        from {_TABLE} where email is not null group by 1 having count(*) > 1
    """,
    "orphans": f"select account_key as from_field from {_TABLE} where account_key = 'crm:a9'",
    "own_sql": f"select full_name, email, contact_key from {_TABLE} where kind = 'bot'",
}


@pytest.fixture
def databases(tmp_path: Path) -> Databases:
    candidate_databases = Databases.of(tmp_path)
    duckdb.connect(str(candidate_databases.warehouse)).close()
    with duckdb.connect(str(candidate_databases.marts)) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.contacts as select * from (values "
            "('crm:1', 'Ana', 'ana@example.com', 'person', 'crm:a1'), "
            "('crm:2', 'Bea', null, 'bot', 'crm:a9'), "
            "('crm:2', 'Bea', 'ana@example.com', 'person', 'crm:a1')) "
            "as t(contact_key, full_name, email, kind, account_key)"
        )
    folder = tmp_path / "target" / "compiled" / "embudo" / "models" / "core" / "_dim_contacts.yml"
    folder.mkdir(parents=True)
    for name, sql in COMPILED.items():
        (folder / f"{name}.sql").write_text(sql)
    return candidate_databases


def _checks(databases: Databases, *outcomes: Outcome) -> dict[str, CheckResult]:
    candidate = gate_input(databases.marts.parent, manifest=MANIFEST, outcomes=outcomes)
    return {check.name: check for check in run_checks(candidate, gates=(2,))}


def test_each_enabled_data_test_is_required() -> None:
    names = required_checks(MANIFEST, metrics=(), gates=(2,))
    assert names == {MODELS_BUILT: "all models"} | {f"dbt.{t['name']}": "contacts" for t in TESTS}
    assert "dbt.branches" in required_checks(MANIFEST, metrics=(), unit_tests=True, gates=(2,))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("not_null_email", ("crm:2",)),
        ("accepted_kind", ("crm:2",)),
        ("is_key_contact_key", ("crm:2",)),
        ("unique_email", ()),
        ("orphans", ("crm:a9",)),
        ("own_sql", ("crm:2",)),
    ],
)
def test_a_failed_test_shows_keys_and_no_contact_data(
    databases: Databases, name: str, keys: tuple[str, ...]
) -> None:
    check = _checks(databases, Outcome(f"test.embudo.{name}", "fail", failures=1))[f"dbt.{name}"]
    assert check.outcome == "fail"
    assert check.subject == "contacts"
    assert check.sample_keys == keys
    assert "@" not in repr(check)


def test_outcomes_of_dbt(databases: Databases) -> None:
    checks = _checks(
        databases,
        Outcome(CONTACTS, "success"),
        Outcome("test.embudo.not_null_email", "pass"),
        Outcome("test.embudo.orphans", "warn", failures=1),
        Outcome("test.embudo.unique_email", "skipped"),
        Outcome(
            "test.embudo.accepted_kind", "error", message="Binder Error: no column ana@example.com"
        ),
        Outcome("unit_test.embudo.contacts.branches", "fail", failures=1),
    )
    assert checks["dbt.not_null_email"].outcome == "pass"
    assert checks["dbt.orphans"].outcome == "warn"
    for name in ("dbt.unique_email", "dbt.accepted_kind"):
        assert checks[name].outcome == "fail"
        assert not checks[name].ran
    assert "ana@example.com" not in checks["dbt.accepted_kind"].observed
    assert checks["dbt.branches"].outcome == "fail"
    assert "dbt.own_sql" not in checks, "a test without an outcome is missing, not passed"
    assert checks[MODELS_BUILT].outcome == "pass"


def test_a_model_that_was_skipped_fails(databases: Databases) -> None:
    check = _checks(databases, Outcome(CONTACTS, "skipped"))[MODELS_BUILT]
    assert check.outcome == "fail"
    assert "contacts" in check.observed


def test_where_a_node_ran_twice_the_last_counts(databases: Databases) -> None:
    failed = Outcome("test.embudo.not_null_email", "fail", failures=1)
    passed = Outcome("test.embudo.not_null_email", "pass")
    assert _checks(databases, failed, passed)["dbt.not_null_email"].outcome == "pass"


@pytest.mark.parametrize(
    ("before", "failures", "outcome"),
    [
        (None, 900, "warn"),
        (0, 120, "warn"),
        (0, 121, "fail"),
        (300, 420, "warn"),
        (300, 421, "fail"),
    ],
)
def test_a_warning_may_not_grow_by_a_tenth_of_the_rows_in_one_refresh(
    databases: Databases, tmp_path: Path, before: int | None, failures: int, outcome: str
) -> None:
    """Of 1,000 rows, 100 and 20 more than the last release warned of; without one there is no limit."""
    previous = None
    with duckdb.connect(str(databases.marts)) as connection:
        connection.execute("create or replace table core.contacts as select 'crm:' || i as contact_key,"
                           " 'crm:a9' as account_key from range(1000) t(i)")  # fmt: skip
    if before is not None:
        previous = tmp_path / "release"
        previous.mkdir()
        shutil.copy(databases.marts, previous / "marts.duckdb")
        with duckdb.connect(str(previous / "marts.duckdb")) as connection:
            connection.execute("create schema quality")
            connection.execute(
                "create table quality.checks as select 2 as gate, 'dbt.orphans' as check_name, "
                f"'contacts' as subject, {before} as failures"
            )
    candidate = gate_input(
        tmp_path,
        manifest=MANIFEST,
        outcomes=[Outcome("test.embudo.orphans", "warn", failures=failures)],
        previous=previous,
    )
    (check,) = results("dbt.<test>", candidate)
    assert check.outcome == outcome
