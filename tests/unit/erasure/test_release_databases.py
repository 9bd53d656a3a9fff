"""A person taken out of the databases of a release: what goes, what is emptied, what stays."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.erasure.release_databases import erase_databases
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.privacy.model_keys import Declarations, ModelKey

ANA = DataSubject(
    emails=("ana@example.com",),
    subjects={"contacts": ("crm:1",)},
    owned={"calls": ("pbx:7",)},
)
DECLARED = Declarations(
    tables=frozenset({"dim_contacts", "dim_customers", "fct_orders", "fct_calls"}),
    keys=(
        ModelKey("core", "dim_contacts", "contact_key", True, {"contacts": ""}),
        ModelKey("core", "dim_customers", "customer_key", True, {"contacts": "contact:"}),
        ModelKey("activity", "fct_calls", "call_key", True, {"calls": ""}),
    ),
)
MARTS = """
create schema core; create schema activity;
create table core.dim_contacts as
    select * from (values ('crm:1', 'es'), ('crm:2', 'es')) as t(contact_key, country);
create table core.dim_customers as
    select * from (values ('contact:crm:1', 1), ('account:crm:1', 2)) as t(customer_key, orders);
create table core.fct_orders as
    select * from (values ('o1', 'contact:crm:1', 'crm:1', 'for ANA@example.com', 10.0),
                          ('o2', 'contact:crm:2', 'crm:2', 'for bea@example.com', 20.0))
        as t(order_key, customer_key, buyer_key, note, amount);
create table activity.fct_calls as
    select * from (values ('pbx:7', 'crm:1'), ('pbx:8', 'crm:1'), ('pbx:9', null)) as t(call_key, contact_key);
create table core.alerts as
    select * from (values ('at risk', 'contact:crm:1'), ('missed', 'pbx:7'), ('missed', 'pbx:9'))
        as t(rule, subject_key);
"""
WAREHOUSE = """
create schema staging;
create table staging.calls as
    select * from (values ('pbx:7', null, 1), (null, 'Ana <ana@example.com>', 2), (null, 'crm:1', 3),
                          ('pbx:9', 'bea@example.com', 4)) as t(call_key, caller, line);
"""


def made(folder: Path) -> Path:
    folder.mkdir()
    for name, sql in (("marts", MARTS), ("warehouse", WAREHOUSE)):
        with duckdb.connect(str(folder / f"{name}.duckdb")) as connection:
            connection.execute(sql)
    return folder


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"select * from {table} order by all").fetchall()


def test_declared_rows_go_and_the_rest_is_untied(tmp_path: Path) -> None:
    old, new = made(tmp_path / "old"), tmp_path / "new"
    new.mkdir()
    done = erase_databases(old, new, ANA, DECLARED, memory_limit="200MB")

    marts = new / "marts.duckdb"
    assert rows(marts, "core.dim_contacts") == [("crm:2", "es")]
    assert rows(marts, "core.dim_customers") == [("account:crm:1", 2)]
    # No column of the orders is declared: whatever is a key of the person is emptied.
    assert rows(marts, "core.fct_orders") == [
        ("o1", None, None, "for [forgotten]", 10.0),
        ("o2", "contact:crm:2", "crm:2", "for bea@example.com", 20.0),
    ]
    # A call that is not the person's own stays, and refers to nobody.
    assert rows(marts, "activity.fct_calls") == [("pbx:8", None), ("pbx:9", None)]
    # No model describes the alerts: those about a key of the person go.
    assert rows(marts, "core.alerts") == [("missed", "pbx:9")]
    assert rows(new / "warehouse.duckdb", "staging.calls") == [("pbx:9", "bea@example.com", 4)]
    assert done.rows == {
        "core.dim_contacts": 1, "core.dim_customers": 1, "core.fct_orders": 2, "activity.fct_calls": 2,
        "core.alerts": 1,
    }  # fmt: skip
    # 3 rows of marts, 2 alerts and 3 private rows went; an order lost two keys and an address, a call one key.
    assert done.changed == 3 + 2 + 3 + 3 + 1
    assert sorted(path.name for path in new.iterdir()) == ["marts.duckdb", "warehouse.duckdb"]


def test_no_byte_of_the_person_is_left(tmp_path: Path) -> None:
    old, new = made(tmp_path / "old"), tmp_path / "new"
    new.mkdir()
    erase_databases(old, new, ANA, DECLARED, memory_limit="200MB")
    for path in new.iterdir():
        assert b"ana@example.com" not in path.read_bytes().lower()


def test_hashed_ids_are_the_persons_and_reasons_of_their_deals_are_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact keyed by phone: marts show a hash of it; the reason of a lost deal names nobody in a pattern."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    key = PrivacyKey(b"k" * 40)
    shown = f"crm:h_{key.digest('+34600111222')[:32]}"
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    with duckdb.connect(str(old / "marts.duckdb")) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.dim_contacts (contact_key varchar)")
        connection.execute(
            "create table core.fct_deals (deal_key varchar, contact_key varchar, lost_reason varchar)"
        )
        connection.execute("insert into core.dim_contacts values (?), ('crm:2')", [shown])
        connection.execute(
            "insert into core.fct_deals values ('crm:8', ?, 'her sister says no'), ('crm:9', 'crm:2', 'price')",
            [shown],
        )
    with duckdb.connect(str(old / "warehouse.duckdb")) as connection:
        connection.execute("create schema landing")
        connection.execute("create table landing.settings as select 'ES' as country")
    person = DataSubject(phones=("+34600111222",), subjects={"contacts": ("crm:+34600111222",)})
    declared = Declarations(
        tables=frozenset({"dim_contacts", "fct_deals"}),
        keys=(ModelKey("core", "dim_contacts", "contact_key", True, {"contacts": ""}),),
    )
    erase_databases(old, new, person, declared, memory_limit="200MB")
    assert rows(new / "marts.duckdb", "core.dim_contacts") == [("crm:2",)]
    assert rows(new / "marts.duckdb", "core.fct_deals") == [
        ("crm:8", None, None),
        ("crm:9", "crm:2", "price"),
    ]
