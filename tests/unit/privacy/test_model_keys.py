"""Key columns of the marts: what they hold, which rows go, and what must be declared."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from orchestration.core.errors import ContractBroken
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.model_keys import ModelKey, check_model_keys, declared_keys
from orchestration.settings.contract import ContractColumn, StreamContract

ID = ContractColumn("contact_id", "varchar")
CONTRACT = {
    "contacts": StreamContract("contacts", (ID,), (), keys=("contact_id",), personal="subject"),
    "calls": StreamContract("calls", (ID,), (), keys=("call_id",), personal="owned"),
    "deals": StreamContract("deals", (ID,), (), keys=("deal_id",), personal="mentions"),
}
ANA = DataSubject(subjects={"contacts": ("crm:1",)}, owned={"calls": ("pbx:7", "pbx:8")})


def manifest(**columns: dict[str, Any]) -> dict[str, Any]:
    """A mart `activity.fct_calls` with these columns and their meta."""
    return {
        "nodes": {
            "model.embudo.fct_calls": {
                "resource_type": "model",
                "database": "marts",
                "schema": "activity",
                "alias": "fct_calls",
                "columns": {name: {"config": {"meta": meta}} for name, meta in columns.items()},
            }
        }
    }


def keys(**columns: dict[str, Any]) -> tuple[ModelKey, ...]:
    nodes = manifest(**columns)
    check_model_keys(nodes, CONTRACT)
    return declared_keys(nodes, CONTRACT)


def test_a_column_holds_the_key_that_its_name_says() -> None:
    (key,) = keys(call_key={"personal": "owned"}, contact_key={})
    assert (key.schema, key.table, key.column, key.row_goes) == (
        "activity", "fct_calls", "call_key", True,
    )  # fmt: skip
    assert key.values(ANA) == ("pbx:7", "pbx:8")


def test_keys_are_spelled_as_the_column_says() -> None:
    touch, mail = keys(
        touch_key={"personal": "owned", "key_of": {"calls": "call/", "contacts": "contact:"}},
        mail_key={"personal": "mentions", "key_of": "contacts", "hash": "md5"},
    )
    assert touch.values(ANA) == ("call/pbx:7", "call/pbx:8", "contact:crm:1")
    assert mail.values(ANA) == (hashlib.md5(b"crm:1").hexdigest(),)
    assert not mail.row_goes


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"call_key": {}},
            "column call_key: its rows are keyed by those of calls.*declares nothing",
        ),
        ({"call_key": {"personal": "own"}}, "found `personal: own`, expected one of subject"),
        ({"call_key": {"key_of": "calls"}}, "found `personal: None`"),
        ({"deal_key": {"personal": "owned"}}, "`key_of` names no stream, expected one or more of"),
        ({"x": {"personal": "owned", "key_of": "deals"}}, "`key_of` names deals, expected"),
        ({"call_key": {"personal": "owned", "hash": "sha1"}}, "found `hash: sha1`, expected md5"),
    ],
)
def test_what_would_leave_rows_behind_is_refused(
    columns: dict[str, dict[str, Any]], message: str
) -> None:
    with pytest.raises(ContractBroken, match=message):
        keys(**columns)


def test_a_mart_that_only_refers_to_a_person_needs_no_word() -> None:
    """Its references are emptied whatever it declares."""
    assert keys(order_key={}, contact_key={}) == ()
