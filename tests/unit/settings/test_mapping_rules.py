"""Mappings against the contract: each fault has the path of keys that leads to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings
from orchestration.settings.mapping_rules import faults

DEAL = {"files": "d.csv", "columns": {"deal_id": "id", "stage": "s", "status": {"value": "open"}}}
AT = ("sources", "crm", "streams", "deals", 0)


def settings(selection: dict[str, Any] = DEAL, **source: Any) -> Settings:
    return Settings.model_validate(
        {
            "config_file": Path("embudo.yml"),
            "sources": {"crm": {"streams": {"deals": [selection]}, **source}},
        }
    )


def columns(**more: Any) -> dict[str, Any]:
    return {**DEAL, "columns": {**DEAL["columns"], **more}}  # type: ignore[dict-item]


def test_a_mapping_that_fits_has_no_fault() -> None:
    assert faults(settings(columns(amount={"sql": "try_cast(x as int)"}), required="deals")) == []


@pytest.mark.parametrize(
    ("company", "path", "words"),
    [
        (settings(keys_of="crn"), ("sources", "crm", "keys_of"), "did you mean 'crm'?"),
        (settings(required="users"), ("sources", "crm", "required"), "a stream of this source: deals"),
        (settings(streams={"dealz": [DEAL]}), ("sources", "crm", "streams", "dealz"), "is no stream"),
        (settings(columns(amonut="x")), (*AT, "columns", "amonut"), "did you mean 'amount'?"),
        (settings(columns(amount={"sql": "1, 2"})), (*AT, "columns", "amount", "sql"), "one SQL expression"),
        (settings({**DEAL, "deleted": {"sql": "("}}), (*AT, "deleted", "sql"), "one SQL expression"),
        (settings({**DEAL, "where": "a = (select 1)"}), (*AT, "where"), "a subquery is not allowed"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place(company: Settings, path: tuple[str | int, ...], words: str) -> None:
    (fault,) = faults(company)
    assert fault.path == path
    assert words in fault.text


def test_every_fault_is_found() -> None:
    wrong = {**columns(a="x", b="y"), "where": "("}
    assert len(faults(settings(wrong, required="users"))) == 4
