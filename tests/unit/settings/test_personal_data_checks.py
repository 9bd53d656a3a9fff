"""What the contract must declare of personal data: every way to leave a person behind is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.core.errors import ContractBroken
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

CONTACTS = {
    "personal": "subject",
    "keys": ["contact_id"],
    "columns": {"contact_id": {"required": True}, "email": {"address": "email"}},
}
CHATS = {
    "personal": "owned",
    "keys": ["chat_id"],
    "columns": {
        "chat_id": {"required": True},
        "contact_id": {"refers_to": "contacts"},
        "visitor_email": {"address": "email"},
        "topic": {},
    },
}


def contract(folder: Path, **streams: dict[str, Any]) -> dict[str, StreamContract]:
    tables = [
        {
            "name": name,
            "config": {
                "meta": {word: value for word, value in stream.items() if word != "columns"}
            },
            "columns": [
                {"name": column, "data_type": "varchar", "config": {"meta": meta}}
                for column, meta in stream["columns"].items()
            ],
        }
        for name, stream in streams.items()
    ]
    (folder / "_area__sources.yml").write_text(
        yaml.safe_dump({"sources": [{"name": "files", "tables": tables}]}), encoding="utf-8"
    )
    return dict(load_contract(folder))


def changed(stream: dict[str, Any], column: str = "", **words: Any) -> dict[str, Any]:
    """The stream with other words on it, or on one of its columns; None takes a word away."""
    if column:
        meta = {
            k: v for k, v in (stream["columns"].get(column, {}) | words).items() if v is not None
        }
        return {**stream, "columns": {**stream["columns"], column: meta}}
    return {k: v for k, v in (stream | words).items() if v is not None}


def test_declarations_become_records(tmp_path: Path) -> None:
    chats = contract(tmp_path, contacts=CONTACTS, chats=CHATS)["chats"]
    assert chats.personal == "owned" and chats.is_erased
    assert [column.name for column in chats.addresses] == ["visitor_email"]
    assert [column.refers_to for column in chats.references] == ["contacts"]
    assert [column.name for column in chats.columns if column.is_private] == ["visitor_email"]


REFUSED = {
    "an address that declares nothing": (
        changed(CHATS, "visitor_email", address=None),
        "stream chats, column visitor_email.*named like an address.*`address: email | phone | handle | name`",
    ),
    "an address in a stream that declares nothing": (
        changed(CHATS, personal=None),
        "stream chats.*`personal: subject | owned | mentions | staff`",
    ),
    "a reference that declares nothing": (
        changed(CHATS, "contact_id", refers_to=None),
        "stream chats, column contact_id.*Expected `refers_to: contacts`",
    ),
    "a reference to what is no person": (
        changed(CHATS, "contact_id", refers_to="chats"),
        "`refers_to: chats`, expected a stream of `personal: subject` \\(contacts\\)",
    ),
    "rows of a person that nothing leads to": (
        changed(changed(CHATS, "visitor_email", address="none"), "contact_id", refers_to=None),
        "no column leads to the person",
    ),
    "an unknown word for rows": (
        changed(CHATS, personal="own"),
        "`personal: own` is unknown, expected one of subject, owned, mentions, staff",
    ),
    "an unknown word for an address": (
        changed(CHATS, "visitor_email", address="mail"),
        "column visitor_email: `address: mail` is unknown, expected one of email, phone",
    ),
    "a misspelled key": (
        changed(CHATS, "topic", adress="email"),
        "column topic: found adress in `meta`, expected only",
    ),
    "a handle of no network": (
        changed(CHATS, "nick", address="handle"),
        "column nick: found `address: handle` alone, expected `within`",
    ),
    "a country that is no column": (
        changed(CHATS, "mobile", address="phone", within="land"),
        "column mobile: found `within: land`",
    ),
    "a person of several keys": (
        changed(changed(CHATS, personal="subject"), keys=["chat_id", "topic"]),
        "found 2 key columns, expected one",
    ),
    "a reference that cannot be emptied": (
        changed(changed(CHATS, personal="mentions"), "contact_id", required=True),
        "column contact_id: it is emptied when a person is erased, and cannot be `required`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_leave_a_person_behind_is_refused(name: str, tmp_path: Path) -> None:
    stream, message = REFUSED[name]
    with pytest.raises(ContractBroken, match=message.replace(" | ", r" \| ")):
        contract(tmp_path, contacts=CONTACTS, chats=stream)


def test_a_column_that_is_only_named_like_an_address_says_so(tmp_path: Path) -> None:
    stream = {"keys": ["id"], "columns": {"id": {}, "phone_model": {"address": "none"}}}
    assert not contract(tmp_path, devices=stream)["devices"].columns[1].is_private
