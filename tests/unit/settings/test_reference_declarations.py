"""What the contract must declare of references and words: a wrong name is refused, with the column it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.core.errors import ContractBroken
from orchestration.settings.contract_loading import load_contract
from tests.unit.settings.test_personal_data_checks import contract

DEALS = {"keys": ["deal_id"], "columns": {"deal_id": {"required": True}, "code": {}}}


def visits(**meta: Any) -> dict[str, Any]:
    return {"keys": ["visit_id", "day"], "columns": {"visit_id": {}, "day": {}, "deal": meta}}


def test_the_contract_of_the_project_holds() -> None:
    streams = load_contract()
    owners = {
        name for name, stream in streams.items() for c in stream.columns if c.name == "owner_id"
    }
    assert owners
    assert all(streams[name].column("owner_id").target == "users" for name in owners)


@pytest.mark.parametrize(
    "meta",
    [
        {"key_of": "deals"},
        {"key_of": "deals", "also_by": ["code"]},
        {"words": ["a", "b"]},
        {"own_words": True},
    ],
)
def test_what_holds_is_read(tmp_path: Path, meta: dict[str, Any]) -> None:
    column = contract(tmp_path, deals=DEALS, visits=visits(**meta))["visits"].column("deal")
    assert column.target == meta.get("key_of")


@pytest.mark.parametrize(
    ("meta", "fault"),
    [
        ({"key_of": "deal"}, "found `key_of: deal`, expected a stream of one key column"),
        ({"key_of": "visits"}, "found `key_of: visits`, expected a stream of one key column"),
        ({"key_of": "deals", "also_by": ["cod"]}, "found `also_by` cod, expected columns of deals"),
        ({"also_by": ["code"]}, "found `also_by` without `key_of`"),
        ({"words": ["a"], "own_words": True}, "found words and own_words, expected one of them"),
        ({"accepted_values": ["a"], "words": ["a"]}, "found accepted_values and words"),
        ({"words_in": "channels"}, "expected a seed and its column"),
    ],
)
def test_what_does_not_hold_is_refused_by_name(
    tmp_path: Path, meta: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ContractBroken) as refused:
        contract(tmp_path, deals=DEALS, visits=visits(**meta))
    assert "stream visits, column deal: " in str(refused.value)
    assert fault in str(refused.value)
