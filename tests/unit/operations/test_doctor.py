"""`embudo doctor`: each thing that can be wrong is named, with the command that fixes it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.ingestion.ledger.runs import begin_refresh
from orchestration.operations.doctor import Finding, Inspection, diagnose
from orchestration.publication import refresh_lock
from tests.faults.tiny_company import TinyCompany
from tests.unit.publication.factories import make_release


@pytest.fixture
def company(tmp_path: Path) -> TinyCompany:
    """Two days landed, two releases made without dbt."""
    company = TinyCompany.make(tmp_path / "tiny", days=2)
    company.land()
    make_release(company.home, "run-1", amount=10)
    make_release(company.home, "run-2", amount=20)
    return company


def wrong(company: TinyCompany, *, quick: bool = False) -> list[Finding]:
    """What is not all right."""
    found = diagnose(Inspection(config=company.config, home=company.home, quick=quick))
    areas = ["versions", "settings", "lock", "ledger", "landing", "releases", "leftovers", "disk"]
    assert {finding.area for finding in found} == {*areas, "clocks"}
    assert all(finding.fix for finding in found if finding.state != "ok")
    return [finding for finding in found if finding.state != "ok"]


@pytest.mark.parametrize("quick", [True, False])
def test_a_sound_home_has_nothing_wrong(company: TinyCompany, quick: bool) -> None:
    assert wrong(company, quick=quick) == []


def test_a_home_that_is_not_there_has_nothing_wrong(tmp_path: Path) -> None:
    company = TinyCompany.make(tmp_path / "tiny")
    found = diagnose(Inspection(config=company.config, home=company.home))
    assert [finding for finding in found if finding.state != "ok"] == []
    assert not company.home.root.exists()


def no_settings(company: TinyCompany) -> None:
    company.config.unlink()


def mistyped_settings(company: TinyCompany) -> None:
    company.config.write_text(company.config.read_text().replace("currency: EUR", "currency: EURO"))


def no_inbox(company: TinyCompany) -> None:
    company.inbox.rename(company.folder / "elsewhere")


def file_of_tomorrow(company: TinyCompany) -> None:
    tomorrow = time.time() + 86_400
    os.utime(company.inbox / "orders_0001.csv", (tomorrow, tomorrow))


def quarantine_gone(company: TinyCompany) -> None:
    next(company.home.quarantine.rglob("*.parquet")).unlink()


def unknown_landing(company: TinyCompany) -> None:
    path = next(company.home.landing.rglob("*.parquet"))
    path.with_name("20260101T000000-000099.parquet").write_bytes(path.read_bytes())


def killed_run(company: TinyCompany) -> None:
    with ingestion.Ledger(company.home.ledger) as ledger:
        begin_refresh(ledger, "run-3", full=False)


def leftover(company: TinyCompany) -> None:
    (company.home.root / ".current-x.tmp").symlink_to("releases/x")


def link_gone(company: TinyCompany) -> None:
    company.home.current.unlink()


def link_to_nothing(company: TinyCompany) -> None:
    company.home.current.unlink()
    company.home.current.symlink_to("releases/20200101T000000Z-gone")


def cut_release(company: TinyCompany) -> None:
    marts = company.home.current.resolve() / "marts.duckdb"
    marts.unlink()


def from_a_newer_duckdb(company: TinyCompany) -> None:
    described = company.home.current.resolve() / "release.json"
    described.chmod(0o644)
    fields = json.loads(described.read_text()) | {"duckdb_version": "9.0.0"}
    described.write_text(json.dumps(fields))


@pytest.mark.parametrize(
    ("corrupt", "area", "words", "fix"),
    [
        (no_settings, "settings", "does not exist", "embudo init"),
        (mistyped_settings, "settings", "EURO", ""),
        (no_inbox, "settings", "the inbox of shop", "mkdir -p"),
        (file_of_tomorrow, "clocks", "file orders_0001.csv of shop", "set the clock"),
        (quarantine_gone, "landing", "cannot be read", "restore it"),
        (unknown_landing, "landing", "1 file(s) that the ledger does not know", "embudo refresh"),
        (killed_run, "ledger", "run-3 were killed", "embudo refresh"),
        (leftover, "leftovers", ".current-x.tmp", "embudo refresh"),
        (link_gone, "releases", "is missing, so readers get none", "embudo rollback"),
        (link_to_nothing, "releases", "20200101T000000Z-gone", "embudo refresh --full"),
        (cut_release, "releases", "marts.duckdb is missing", "embudo rollback"),
        (from_a_newer_duckdb, "versions", "DuckDB 9.0.0", "make setup"),
    ],
)
def test_what_is_wrong_is_named(
    company: TinyCompany,
    corrupt: Callable[[TinyCompany], None],
    area: str,
    words: str,
    fix: str,
) -> None:
    corrupt(company)
    found = diagnose(Inspection(config=company.config, home=company.home))
    named = [f for f in found if f.state != "ok" and f.area == area and words in f.message]
    assert named, found
    assert fix in named[0].fix


def test_a_lock_is_distinguished_from_what_a_killed_run_left(company: TinyCompany) -> None:
    with refresh_lock(company.home, run_id="run-3"):
        (held,) = wrong(company)
        assert (held.area, held.state) == ("lock", "warning")
        assert f"pid {os.getpid()}" in held.message
    company.home.refresh_lock.write_text('{"pid": "1", "run_id": "run-0"}')
    assert wrong(company) == []
    found = diagnose(Inspection(config=company.config, home=company.home))
    assert any("a killed run left its details" in finding.message for finding in found)
