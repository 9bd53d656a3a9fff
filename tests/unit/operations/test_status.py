"""The facts of a home, and what to do about them."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.core.records import CheckResult, GateReport
from orchestration.ingestion.ledger.runs import begin_refresh
from orchestration.operations.status import (
    RefreshStatus,
    Status,
    StreamStatus,
    explain_last_failure,
    explain_release,
    read_status,
)
from orchestration.operations.status_advice import advice
from orchestration.publication import refresh_lock
from orchestration.quality import write_gate
from orchestration.settings import Home
from tests.faults.tiny_company import ORDERS_A_DAY, TinyCompany
from tests.unit.publication.factories import make_release

pytestmark = pytest.mark.slow


@pytest.fixture
def company(tmp_path: Path) -> TinyCompany:
    company = TinyCompany.make(tmp_path / "tiny", days=2)
    company.land()
    make_release(company.home, "run-1", amount=10)
    return company


def sentences(company: TinyCompany) -> str:
    facts = read_status(company.home)
    return "\n".join(advice(facts, config=company.config, home=company.home.root))


def streams(facts: Status) -> dict[str, StreamStatus]:
    return {stream.stream: stream for stream in facts.streams}


def test_streams_with_their_last_load_and_newest_data(company: TinyCompany) -> None:
    company.add_day(2)
    company.land()
    by_stream = streams(read_status(company.home))
    orders = by_stream["orders"]
    assert (orders.loads, orders.rows_landed) == (2, 3 * ORDERS_A_DAY)
    assert orders.rows_of_last_load == ORDERS_A_DAY
    assert orders.rows_quarantined == 3
    assert f"{orders.newest_data:%Y-%m-%d %H:%M}" == "2026-01-03 09:00", "10:00 in Madrid"
    assert by_stream["order_lines"].newest_data is None


def test_a_missing_inbox_hides_nothing_else(company: TinyCompany) -> None:
    (company.config.parent / "inbox").rename(company.config.parent / "elsewhere")
    facts = read_status(company.home)
    assert set(streams(facts)) == {"orders", "order_lines"}
    assert facts.release is not None
    assert "The inbox of source" in sentences(company)


def test_a_running_refresh_is_distinguished_from_a_killed_one(company: TinyCompany) -> None:
    with ingestion.Ledger(company.home.ledger) as ledger:
        begin_refresh(ledger, "run-2", full=False)
    with refresh_lock(company.home, run_id="run-2"):
        facts = read_status(company.home)
        assert facts.refreshes[0].verdict == "running"
        assert facts.running is not None
        assert facts.running["run_id"] == "run-2"
    assert read_status(company.home).refreshes[0].verdict == "killed"
    assert "was killed: `embudo refresh`" in sentences(company)


def test_a_stream_that_went_quiet_is_named(company: TinyCompany) -> None:
    assert "Quiet" not in sentences(company)
    with closing(sqlite3.connect(company.home.ledger)) as db, db:
        db.execute("update loads set landed_at = '2026-01-01 00:00:00' where stream = 'orders'")
    assert "Quiet for more than 14 days: shop orders" in sentences(company)


def test_a_home_where_nothing_has_landed(tmp_path: Path) -> None:
    """Nothing is created by looking, and the two commands that start a home are named."""
    facts = read_status(Home.at(tmp_path / "home"))
    assert (facts.release, facts.streams, facts.refreshes) == (None, (), ())
    (sentence,) = advice(facts, config=tmp_path / "embudo.yml", home=tmp_path / "home")
    assert "`embudo demo`, or `embudo init`" in sentence
    assert not (tmp_path / "home").exists()


def test_a_corrupt_release_is_reported_and_no_error(company: TinyCompany) -> None:
    (company.home.current.resolve() / "marts.duckdb").unlink()
    facts = read_status(company.home)
    assert facts.release is None
    assert "marts.duckdb" in facts.corruption
    assert "embudo doctor" in sentences(company)


def test_the_current_release_and_a_failed_last_refresh_are_explained(company: TinyCompany) -> None:
    """Each under its own title; a failure before the last refresh is history."""
    check = CheckResult(
        gate=2, name="dbt.known", subject="fct_orders", outcome="warn", severity="warn",
        observed="4 row(s)", expected="no rows", remedy="Deliver them.",
    )  # fmt: skip
    directory = company.home.current.resolve()
    directory.chmod(0o755)
    report = GateReport(run_id="run-1", checks=(check,), details={})
    (directory / "gate.json").unlink(missing_ok=True)
    write_gate(directory, report)
    release = read_status(company.home).release
    assert release is not None
    assert release.warnings == (check,)
    title, explained = explain_release(company.home, release)
    assert title == f"The gate of the current release {directory.name}"
    assert "dbt.known on fct_orders: expected no rows, found 4 row(s)" in explained
    assert "what to do: Deliver them." in explained
    failed = RefreshStatus(
        run_id="run-3", started_at=release.as_of, verdict="failed", release_id=None, error="No.", detail={}
    )  # fmt: skip
    passed = dataclasses.replace(failed, run_id="run-4", verdict="pass", error=None)
    title, *_ = explain_last_failure(company.home, (failed, passed))
    assert title == "The last refresh, run run-3, failed"
    assert explain_last_failure(company.home, (passed, failed)) == ()


def test_a_refresh_without_an_error_explains_no_failure(company: TinyCompany) -> None:
    with ingestion.Ledger(company.home.ledger) as ledger:
        begin_refresh(ledger, "run-2", full=False)
    assert explain_last_failure(company.home, read_status(company.home).refreshes) == ()
