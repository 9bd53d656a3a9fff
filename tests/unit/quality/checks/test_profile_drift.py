"""Gate 3: a mart whose values differ from those of the last release fails."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.quality import GateInput
from orchestration.quality.checks.profile_drift import PROFILES_FILE
from orchestration.quality.databases import Databases
from orchestration.quality.registry import registered
from tests.unit.quality.factories import gate_input, manifest_of, results
from tests.unit.quality.test_profile_changes import ROWS

CHECK, ZONE = "profile.<mart>", "Europe/Madrid"


def _candidate(folder: Path, change: str = "", *, previous: Path | None = None) -> GateInput:
    folder.mkdir()
    databases = Databases.of(folder)
    with duckdb.connect(str(databases.warehouse)) as connection:
        connection.execute("create schema landing")
        connection.execute(f"create table landing.settings as select '{ZONE}' as time_zone")
    with duckdb.connect(str(databases.marts)) as connection:
        connection.execute("create schema funnel")
        connection.execute(f"create table funnel.fct_deals as {ROWS.format(rows=1000)}")
        if change:
            connection.execute(f"update funnel.fct_deals set {change}")
    return gate_input(folder, manifest=MANIFEST, previous=previous)


MANIFEST = manifest_of("funnel.fct_deals")


def test_a_mart_is_compared_with_the_last_release(tmp_path: Path) -> None:
    before = _candidate(tmp_path / "before")
    (first,) = results(CHECK, before)
    required = registered(CHECK).names_in(before.definitions)
    assert (first.outcome, {first.name: first.subject}) == ("pass", required)
    assert (tmp_path / "before" / PROFILES_FILE).exists()
    (same,) = results(CHECK, _candidate(tmp_path / "same", previous=tmp_path / "before"))
    assert (same.outcome, same.observed) == ("pass", "6 columns as before")
    now = _candidate(tmp_path / "now", "amount = amount * 100", previous=tmp_path / "before")
    (check,) = results(CHECK, now)
    assert check.outcome == "fail"
    assert "amount is typically" in check.observed


def test_a_mart_that_is_missing_could_not_be_checked(tmp_path: Path) -> None:
    gone = _candidate(tmp_path / "gone")
    with duckdb.connect(str(gone.databases.marts)) as connection:
        connection.execute("drop table funnel.fct_deals")
    (check,) = results(CHECK, gone)
    assert not check.ran


def test_hours_are_those_of_the_company_in_winter_and_in_summer(tmp_path: Path) -> None:
    """Tasks due at 18 h in Madrid are due at 17 h UTC in winter and at 16 h UTC in summer."""
    due = (
        "started_at = timezone('UTC', timezone('Europe/Madrid', timestamp '{}' + interval 18 hour))"
    )
    winter = _candidate(tmp_path / "winter", due.format("2026-01-15"))
    results(CHECK, winter)
    summer = _candidate(tmp_path / "summer", due.format("2026-06-15"), previous=tmp_path / "winter")
    (check,) = results(CHECK, summer)
    assert check.outcome == "pass", check.observed
    off = _candidate(
        tmp_path / "off",
        f"{due.format('2026-06-15')} + interval 2 hour",
        previous=tmp_path / "winter",
    )
    (check,) = results(CHECK, off)
    assert "started_at is at 20.0 h in the middle (18.0 h before)" in check.observed
