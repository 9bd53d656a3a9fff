"""`embudo status`: one screen, and what to do next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.cli.status import gather
from orchestration.ingestion.ledger.runs import begin_refresh
from orchestration.publication import refresh_lock
from tests.conftest import Embudo
from tests.faults.tiny_company import ORDERS_A_DAY, TinyCompany
from tests.unit.publication.making import make_release


@pytest.fixture
def company(tmp_path: Path) -> TinyCompany:
    company = TinyCompany.make(tmp_path / "tiny", days=2)
    company.land()
    make_release(company.home, "run-1", amount=10)
    return company


def advice(company: TinyCompany) -> str:
    facts = gather(config=company.config, home=company.home.root)
    return "\n".join(facts["advice"])


def test_streams_with_their_last_load_and_newest_data(company: TinyCompany) -> None:
    company.add_day(2)
    company.land()
    facts = gather(config=company.config, home=company.home.root)
    by_stream = {entry["stream"]: entry for entry in facts["sources"]}
    orders = by_stream["orders"]
    assert (orders["loads"], orders["rows_landed"]) == (2, 3 * ORDERS_A_DAY)
    assert orders["rows_of_last_load"] == ORDERS_A_DAY
    assert orders["rows_quarantined"] == 3
    assert f"{orders['newest_data']:%Y-%m-%d %H:%M}" == "2026-01-03 09:00", "10:00 in Madrid"
    assert by_stream["order_lines"]["newest_data"] is None


def test_an_inbox_that_is_gone_hides_nothing_else(company: TinyCompany) -> None:
    (company.config.parent / "inbox").rename(company.config.parent / "elsewhere")
    facts = gather(config=company.config, home=company.home.root)
    assert {entry["stream"] for entry in facts["sources"]} == {"orders", "order_lines"}
    assert facts["release"] is not None
    assert "The inbox of source" in "\n".join(facts["advice"])


def test_a_running_refresh_is_told_from_a_killed_one(company: TinyCompany) -> None:
    with ingestion.Ledger(company.home.ledger) as ledger:
        begin_refresh(ledger, "run-2", full=False)
    with refresh_lock(company.home, run_id="run-2"):
        facts = gather(config=company.config, home=company.home.root)
        assert facts["refreshes"][0]["verdict"] == "running"
        assert facts["running"]["run_id"] == "run-2"
    facts = gather(config=company.config, home=company.home.root)
    assert facts["refreshes"][0]["verdict"] == "killed"
    assert "was killed: `embudo refresh`" in advice(company)


def test_a_stream_that_went_quiet_is_named(company: TinyCompany) -> None:
    assert "Quiet" not in advice(company)
    with closing(sqlite3.connect(company.home.ledger)) as db, db:
        db.execute("update loads set landed_at = '2026-01-01 00:00:00' where stream = 'orders'")
    assert "Quiet for more than 14 days: shop orders" in advice(company)


def test_a_damaged_release_is_said_and_no_error(company: TinyCompany) -> None:
    (company.home.current.resolve() / "marts.duckdb").unlink()
    told = Embudo(home=company.home.root, config=company.config)("status").stdout
    assert "The current release is damaged" in told
    assert "embudo doctor" in told
