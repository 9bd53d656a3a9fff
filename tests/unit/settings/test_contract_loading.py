"""The contract, read from YAML files beside the staging models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.core.errors import ContractBroken
from orchestration.settings.contract_loading import load_contract

TABLE: dict[str, Any] = {
    "name": "deals",
    "config": {
        "meta": {
            "keys": ["deal_id"],
            "newest_by": "updated_at",
            "rules": [{"name": "r", "check": "amount >= 0", "expected": "at least 0"}],
        }
    },
    "columns": [
        {"name": "deal_id", "data_type": "VARCHAR", "config": {"meta": {"required": True}}},
        {"name": "status", "data_type": "varchar", "config": {"meta": {"accepted_values": ["won", 1]}}},
        {"name": "_file", "data_type": "varchar"},
    ],
}  # fmt: skip


def write(folder: Path, name: str, *tables: dict[str, Any], source: str = "files") -> None:
    (folder / name).write_text(
        yaml.safe_dump({"sources": [{"name": source, "tables": list(tables)}]})
    )


def test_streams_of_all_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, "_b__sources.yml", {**TABLE, "name": "calls"})
    write(tmp_path, "_a__sources.yml", TABLE)
    (tmp_path / "_a__models.yml").write_text("models: []")
    contract = load_contract(tmp_path)
    assert list(contract) == ["deals", "calls"]
    deals = contract["deals"]
    assert (deals.keys, deals.newest_by, deals.rules[0].check) == (
        ("deal_id",),
        "updated_at",
        "amount >= 0",
    )
    assert (deals.column("deal_id").data_type, deals.column("deal_id").required) == (
        "varchar",
        True,
    )
    assert deals.column("status").accepted_values == ("won", "1")
    assert [column.name for column in deals.added] == ["_file"]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    import os

    write(tmp_path, "_a__sources.yml", TABLE)
    assert list(load_contract(tmp_path)) == ["deals"]
    write(tmp_path, "_a__sources.yml", {**TABLE, "name": "calls"})
    os.utime(tmp_path / "_a__sources.yml", ns=(1, 1))
    assert list(load_contract(tmp_path)) == ["calls"]


def test_a_contract_that_cannot_be_read_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ContractBroken, match="has no files called"):
        load_contract(tmp_path)
    write(tmp_path, "_a__sources.yml", TABLE, source="other")
    with pytest.raises(ContractBroken, match=r"_a__sources\.yml cannot be read"):
        load_contract(tmp_path)
    write(tmp_path, "_a__sources.yml", {**TABLE, "config": {"meta": {"kays": ["deal_id"]}}})
    with pytest.raises(ContractBroken, match="stream deals: found kays in `meta`"):
        load_contract(tmp_path)


def test_the_checkouts_own_contract_has_the_streams_of_a_sales_team() -> None:
    contract = load_contract()
    assert {"users", "contacts", "deals", "calls", "email_events", "orders"} <= set(contract)
    assert all(stream.keys for name, stream in contract.items() if name != "marketing_spend")
