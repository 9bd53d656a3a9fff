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

CHECK = "profile.<mart>"


def _candidate(folder: Path, change: str = "", *, previous: Path | None = None) -> GateInput:
    folder.mkdir()
    databases = Databases.of(folder)
    duckdb.connect(str(databases.warehouse)).close()
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
