"""What a home holds: lock, ledger, landing, releases, leftovers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from orchestration import ingestion
from orchestration.ingestion.ledger.runs import begin_refresh
from orchestration.operations.doctor import Inspection, diagnose
from orchestration.publication import refresh_lock
from tests.faults.tiny_company import TinyCompany
from tests.unit.operations.doctor.findings import assert_named, wrong


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


@pytest.mark.parametrize(
    ("corrupt", "area", "words", "fix"),
    [
        (quarantine_gone, "landing", "cannot be read", "restore it"),
        (unknown_landing, "landing", "1 file(s) that the ledger does not know", "embudo refresh"),
        (killed_run, "ledger", "run-3 were killed", "embudo refresh"),
        (leftover, "leftovers", ".current-x.tmp", "embudo refresh"),
        (link_gone, "releases", "is missing, so readers get none", "embudo rollback"),
        (link_to_nothing, "releases", "20200101T000000Z-gone", "embudo refresh --full"),
        (cut_release, "releases", "marts.duckdb is missing", "embudo rollback"),
    ],
)
def test_what_is_wrong_is_named(
    company: TinyCompany,
    corrupt: Callable[[TinyCompany], None],
    area: str,
    words: str,
    fix: str,
) -> None:
    assert_named(company, corrupt, area=area, words=words, fix=fix)


def test_a_lock_is_distinguished_from_what_a_killed_run_left(company: TinyCompany) -> None:
    with refresh_lock(company.home, run_id="run-3"):
        (held,) = wrong(company)
        assert (held.area, held.state) == ("lock", "warning")
        assert f"pid {os.getpid()}" in held.message
    company.home.refresh_lock.write_text('{"pid": "1", "run_id": "run-0"}')
    assert wrong(company) == []
    findings = diagnose(Inspection(config=company.config, home=company.home))
    assert any("a killed run left its details" in finding.message for finding in findings)


def test_what_other_accounts_can_read_is_named_with_the_command_that_closes_it(
    company: TinyCompany,
) -> None:
    company.home.root.chmod(0o755)
    company.home.landing.chmod(0o750)
    warehouse = company.home.current.resolve() / "warehouse.duckdb"
    warehouse.chmod(0o444)
    [finding] = wrong(company, quick=True)
    assert (finding.area, finding.state) == ("permissions", "warning")
    assert f"{company.home.root} itself" in finding.message
    assert "landing" in finding.message
    assert finding.fix == f"chmod -R go= {company.home.root}"
    subprocess.run(finding.fix.split(), check=True)
    assert wrong(company, quick=True) == []
