"""`embudo.yml`: what is accepted, and that a mistake names its line, key, value and what is
allowed.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.quality.registry import registered
from orchestration.settings import Home, load_settings
from tests.unit.settings.factories import write

GOOD = """
company: Test
time_zone: Europe/Madrid
sources:
  crm:
    format: {delimiter: ";", decimal: ","}
    streams:
      deals:
        files: "deals_*.csv"
        columns:
          deal_id: Id
          stage: {column: E, map: {No: x, 007: y, 12:30: z}}
          status: {value: open}
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EMBUDO_INBOX", "EMBUDO_HOME", "EMBUDO_CONFIG", "EMBUDO_TIME_ZONE"):
        monkeypatch.delenv(name, raising=False)


def test_defaults_and_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write(tmp_path, GOOD)
    settings = load_settings(config)
    [selection] = settings.sources["crm"].streams["deals"]
    assert settings.inbox == tmp_path.resolve() / "inbox"
    assert settings.inbox_of("crm", home=Home.at("home")) == settings.inbox
    assert settings.time_zone_of("crm") == "Europe/Madrid"
    assert settings.currency_of("crm") == "EUR"
    assert settings.keys_of("crm") == "crm"
    assert settings.format_of("crm", selection).delimiter == ";"
    assert settings.dbt_vars()["revenue_from"] == "orders"
    assert selection.columns["stage"].map == {"No": "x", "007": "y", "12:30": "z"}
    assert load_settings(config, inbox=tmp_path / "other").inbox == tmp_path.resolve() / "other"
    monkeypatch.setenv("EMBUDO_INBOX", str(tmp_path / "env"))
    monkeypatch.setenv("EMBUDO_TIME_ZONE", "UTC")
    assert load_settings(config).inbox == tmp_path.resolve() / "env"
    assert load_settings(config).time_zone == "UTC"


def test_as_of_is_the_end_of_its_day_in_the_reporting_zone(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "time_zone: Europe/Madrid\nas_of: 2026-06-30\n"))
    assert settings.as_of_utc() == dt.datetime(2026, 6, 30, 21, 59, 59)
    settings = load_settings(
        write(tmp_path, "time_zone: Europe/Madrid\nas_of: 2026-06-30T18:00:00\n")
    )
    assert settings.as_of_utc() == dt.datetime(2026, 6, 30, 16)


def swapped(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("companny: x", ["line 1", "'companny'", "did you mean 'company'?", "Allowed: company"]),
        ("time_zone: Europe/Madird", ["time_zone", "Europe/Madird", "'Europe/Madrid'"]),
        ("currency: euro", ["currency", "'euro'", "three capital letters"]),
        ("country: Spain", ["country", "'Spain'", "two capital letters"]),
        ("revenue_from: ordrs", ["revenue_from", "'ordrs'", "did you mean 'orders'?"]),
        ('schedule: "61 * * * *"', ["schedule", "minute is 0 to 59", "61"]),
        ('schedule: "0 6 * *"', ["five fields", "found 4"]),
        ("keep_releases: 0", ["keep_releases", "greater than or equal to 1"]),
        ("as_of: 30/06/2026", ["as_of", "2026-06-30"]),
        ("limits: {quarantine_share: 5}", ["limits.quarantine_share", "less than or equal to 1"]),
        ("limits: {quarantin: 0.1}", ["'quarantin'", "did you mean 'quarantine_share'?"]),
        ("password: x", ["line 1", "password", "secret", "environment"]),
        ("sources: {crm: {api_token: x}}", ["api_token", "environment"]),
        ("- a\n", ["holds a list"]),
        ("a: [", ["line 1", "not valid YAML"]),
        (swapped("deals:", "dealz:"), ["'dealz' is no stream", "did you mean 'deals'?"]),
        (
            swapped("deal_id: Id", "deal: Id"),
            ["line 11", "'deal' is no column of deals", "deal_id"],
        ),
        (
            swapped("{value: open}", "{value: open, column: x}"),
            ["exactly one of column, value", "column and value"],
        ),
        (swapped("{value: open}", '{sql: "nullif(a"}'), ["status.sql", "one SQL expression"]),
        (swapped("{value: open}", '{sql: "a; drop table b"}'), ["one SQL expression"]),
        (swapped("{value: open}", '{sql: "(select 1)"}'), ["a subquery is not allowed"]),
        (swapped("{value: open}", '{sql: "now()"}'), ["now() is not allowed"]),
        (swapped("{value: open}", '{sql: "1, 2"}'), ["more than one expression"]),
        (swapped("deals_*.csv", "/etc/*.csv"), ["files", "relative to the inbox"]),
        (swapped("deals_*.csv", "../*.csv"), ["relative to the inbox"]),
        (swapped('decimal: ","', 'decimal: ";"'), ["format.decimal", "';'"]),
        (
            swapped('decimal: ","', "encoding: latin-99"),
            ["format.encoding", "latin-99", "did you mean 'latin-1'?"],
        ),
        (swapped('decimal: ","', 'date: "dd/mm"'), ["format.date", "%d/%m/%Y"]),
        (
            swapped("format:", "keys_of: crn\n    format:"),
            ["keys_of", "'crn'", "did you mean 'crm'?"],
        ),
        (swapped("crm:", "Our CRM:"), ["small letters", "Our CRM"]),
        (
            swapped("format:", "on_breach: halt\n    format:"),
            ["on_breach", "'halt'", "one of warn, quarantine, stop"],
        ),
        (
            swapped("format:", "on_breach: {volum: stop}\n    format:"),
            ["'volum'", "did you mean 'volume'?"],
        ),
        (
            swapped("format:", "on_breach: {freshness: quarantine}\n    format:"),
            ["on_breach.freshness", "'quarantine'", "'warn' or 'stop'"],
        ),
        (
            swapped("format:", "limits: {silent_day: 3}\n    format:"),
            ["'silent_day'", "did you mean 'silent_days'?"],
        ),
        (
            swapped("format:", "required: [users]\n    format:"),
            ["required", "'users'", "a stream of this source: deals"],
        ),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(write(tmp_path, text))
    for word in words:
        assert word in str(caught.value)


def test_a_source_decides_what_a_failed_check_does_and_what_differs_for_it(tmp_path: Path) -> None:
    own = "on_breach: {volume: quarantine}\n    limits: {silent_days: 3}\n    required: deals\n    "
    settings = load_settings(write(tmp_path, swapped("format:", f"{own}format:")))
    assert settings.source("crm").on_breach.volume == "quarantine"
    assert settings.source("crm").on_breach.quarantine_share is None
    assert registered("loads.quarantine_share").policy == "stop"
    assert settings.limits_of("crm").silent_days == 3
    assert settings.limits_of("crm").quarantine_share == settings.limits.quarantine_share
    assert settings.required_streams() == ("crm.deals",)
    for word, of_loads, of_files in (
        ("warn", "warn", "warn"),
        ("stop", "stop", "stop"),
        ("quarantine", "quarantine", "warn"),  # which is the own policy of checks of files
    ):
        text = swapped("format:", f"on_breach: {word}\n    format:")
        policies = load_settings(write(tmp_path, text)).source("crm").on_breach
        assert (policies.quarantine_share, policies.values) == (of_loads, of_loads)
        freshness, files = (
            getattr(policies, name) or registered(f"loads.{name}").policy
            for name in ("freshness", "rejected_files")
        )
        assert (freshness, files) == (of_files, of_files)


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="2 mistakes"):
        load_settings(write(tmp_path, "currency: euro\ncountry: Spain\n"))


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="embudo init"):
        load_settings(tmp_path / "embudo.yml")
