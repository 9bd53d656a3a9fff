"""What settings mean for a source: its own value, else the company's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Home, Settings

SELECTION = {"files": "*.csv", "columns": {"deal_id": "id"}}
API = {"path": "calls", "primary_key": "id", "columns": {"call_id": "id"}}


def settings(**facts: Any) -> Settings:
    sources = {
        "crm": {
            "streams": {"deals": [SELECTION]},
            "currency": "USD",
            "format": {"delimiter": ";"},
            "limits": {"silent_days": 3},
            "required": "deals",
        },
        "erp": {"streams": {"deals": [SELECTION]}, "keys_of": "crm", "inbox": "in/erp"},
        "phone": {"kind": "api", "base_url": "https://x.test", "streams": {"calls": [API]}},
    }
    return Settings.model_validate(
        {"config_file": Path("/c/embudo.yml"), "time_zone": "Europe/Madrid", "sources": sources}
        | facts
    )


def test_what_a_source_states_overrides_the_company() -> None:
    company = settings(limits={"silent_days": 20})
    assert [company.currency_of(name) for name in ("crm", "erp")] == ["USD", "EUR"]
    assert company.time_zone_of("crm") == "Europe/Madrid"
    assert [company.keys_of(name) for name in ("crm", "erp")] == ["crm", "crm"]
    assert company.limits_of("crm").silent_days == 3
    assert company.limits_of("erp").silent_days == 20
    assert company.required_streams() == ("crm.deals",)
    assert list(company.apis) == ["phone"]


def test_inboxes() -> None:
    company, home = settings(inbox=Path("/c/inbox")), Home.at("/h")
    assert company.inbox_of("crm", home=home) == Path("/c/inbox")
    assert company.inbox_of("erp", home=home) == Path("/c/in/erp")
    assert company.inbox_of("phone", home=home) == home.answers_of("phone")


def test_a_selections_format_is_over_its_sources() -> None:
    company = settings()
    [selection] = company.selections_of("crm", "deals")
    assert company.format_of("crm", selection).delimiter == ";"
    own = selection.model_copy(update={"format": selection.format.model_validate({"skip": 2})})
    assert (company.format_of("crm", own).delimiter, company.format_of("crm", own).skip) == (";", 2)
    [endpoint] = company.selections_of("phone", "calls")
    assert (endpoint.files, endpoint.format.type) == (("calls/calls/*.jsonl",), "jsonl")


@pytest.mark.parametrize(
    ("as_of", "utc"),
    [
        (None, None),
        ("2026-06-30", dt.datetime(2026, 6, 30, 21, 59, 59)),
        ("2026-06-30T12:00:00", dt.datetime(2026, 6, 30, 10)),
        ("2026-06-30T12:00:00Z", dt.datetime(2026, 6, 30, 12)),
    ],
)
def test_as_of_in_utc(as_of: str | None, utc: dt.datetime | None) -> None:
    assert settings(as_of=as_of).as_of_utc() == utc


def test_service_levels_beside_those_of_the_models_are_a_var() -> None:
    assert "service_level_seconds" not in settings().dbt_vars()
    assert "service_level_seconds" not in settings(service_level_seconds=[60]).dbt_vars()
    company = settings(service_level_seconds=[45, 20, 30])
    assert company.dbt_vars()["service_level_seconds"] == "30,45"


@pytest.mark.parametrize("seconds", [[], [0], [3601], [20, 20], list(range(1, 12))])
def test_thresholds_that_are_none_are_refused(seconds: list[int]) -> None:
    with pytest.raises(ValueError, match="one to ten different seconds from 1 to 3600"):
        settings(service_level_seconds=seconds)
