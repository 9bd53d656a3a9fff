"""Mistakes of `embudo.yml` as messages: line, key, found, allowed. `test_loading` has the mistakes themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.settings import Settings
from orchestration.settings.mistakes import KeyPath, dotted, explain, located

LINES: dict[KeyPath, int] = {
    ("sources",): 3,
    ("sources", "crm"): 4,
    ("sources", "crm", "streams"): 5,
    ("sources", "crm", "streams", "deals"): 6,
    ("sources", "crm", "streams", "deals", "files"): 7,
}


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (("sources", "crm"), "line 4: sources.crm: wrong"),
        (("sources", "crm", "currency"), "line 4: sources.crm.currency: wrong"),
        (
            ("sources", "crm", "streams", "deals", 0, "files"),
            "line 7: sources.crm.streams.deals.0.files: wrong",
        ),
        (("company",), "company: wrong"),
        ((), "embudo.yml: wrong"),
    ],
)
def test_a_message_has_the_nearest_line_above(path: KeyPath, where: str) -> None:
    """One selection may stand without a list, so its path has an index that the file has not."""
    assert located(path, "wrong", LINES) == where
    assert dotted(path) in where


def messages(fields: dict[str, Any]) -> list[str]:
    whole = {"config_file": Path("embudo.yml"), **fields}
    try:
        Settings.model_validate(whole)
    except ValidationError as error:
        return [explain(fault, whole, {}) for fault in error.errors()]
    return []


DEALS = {"files": "d.csv", "columns": {"deal_id": "id"}}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"currencyy": "EUR"}, "currencyy: unknown key 'currencyy' (value 'EUR')"),
        ({"revenue_from": "ordrs"}, "revenue_from: found 'ordrs'; allowed: 'orders' or 'deals'"),
        ({"limits": {"silent_day": 3}}, "did you mean 'silent_days'?"),
        ({"sources": {"crm": {"kind": "ftp", "streams": {"deals": DEALS}}}}, "sources.crm.kind: found 'ftp'"),
        ({"sources": {"crm": {"streams": {"deals": {"files": "d.csv"}}}}}, "columns: is needed and missing"),
        ({"sources": {"crm": {"streams": {"deals": {**DEALS, "where": 3}}}}}, "where: found 3; expected"),
        ({"alerts": [{"kind": "webhook", "url_env": ["https://secret"]}]}, "url_env: expected"),
    ],
)  # fmt: skip
def test_what_was_found_and_what_is_allowed(fields: dict[str, Any], message: str) -> None:
    (fault,) = messages(fields)
    assert message in fault


def test_a_value_in_the_place_of_a_variables_name_is_not_shown() -> None:
    """It may be the secret itself."""
    (fault,) = messages({"alerts": [{"kind": "webhook", "url_env": ["https://secret"]}]})
    assert "secret" not in fault


def test_a_long_value_is_cut() -> None:
    (fault,) = messages({"company": ["x" * 500]})
    assert len(fault) < 200 and "…" in fault
