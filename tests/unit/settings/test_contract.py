"""What follows from a stream's contract: whose rows go, which columns name a person, which are ids."""

from __future__ import annotations

import pytest

from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.personal_data import Role

STREAM = StreamContract(
    "calls",
    (
        ContractColumn("call_id", "varchar", required=True),
        ContractColumn("contact_id", "varchar", refers_to="contacts"),
        ContractColumn("agent_id", "bigint"),
        ContractColumn("caller_name", "varchar", address="name"),
        ContractColumn("from_number", "varchar", address="phone"),
        ContractColumn("url_name", "varchar", address="none"),
        ContractColumn("note", "varchar", free_text=True),
    ),
    (ContractColumn("_extra", "varchar", free_text=True),),
)


def test_columns_by_what_they_hold_of_a_person() -> None:
    assert [column.name for column in STREAM.addresses] == ["from_number"]
    assert [column.name for column in STREAM.references] == ["contact_id"]
    assert [column.name for column in STREAM.columns if column.is_private] == [
        "caller_name",
        "from_number",
    ]
    assert STREAM.free_texts == ("note", "_extra")


def test_ids_are_texts_that_hold_a_key() -> None:
    assert STREAM.ids == ("call_id", "contact_id")
    assert STREAM.column("agent_id").data_type == "bigint"
    assert [column.name for column in STREAM.landed][-1] == "_extra"


@pytest.mark.parametrize(
    ("role", "goes"),
    [("subject", True), ("owned", True), ("mentions", False), ("staff", False), (None, False)],
)
def test_whose_rows_go_with_a_person(role: Role | None, goes: bool) -> None:
    assert StreamContract("x", (), (), personal=role).is_erased is goes
