"""The examples, mapped by YAML alone, give the figures that their data sets are known for.

They run where the data sets are: in `EMBUDO_EXAMPLE_DATA`, or in `../shared/data` beside the
checkout.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import ingestion
from orchestration.settings import Home, load_settings
from orchestration.settings.project import PROJECT_ROOT
from tests.reporters import RecordingReporter

DATA = Path(os.environ.get("EMBUDO_EXAMPLE_DATA", PROJECT_ROOT.parent / "shared" / "data"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no data sets in {DATA}")


def landed(tmp_path: Path, name: str, config: str = "embudo.yml") -> duckdb.DuckDBPyConnection:
    settings = load_settings(PROJECT_ROOT / "examples" / name / config, inbox=DATA / name)
    home = Home.at(tmp_path / "home")
    result = ingestion.land(settings, home, run_id="r1", report=RecordingReporter())
    assert not result.rejected_files
    assert ingestion.quarantine.list_open(home) == []
    assert not ingestion.land(settings, home, run_id="r2", report=RecordingReporter()).loads
    connection = duckdb.connect()
    ingestion.write_landing_schema(connection, settings, home, run_id="r1")
    return connection


def row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    values = connection.execute(query).fetchone()
    assert values is not None
    return values


def test_crm_maven(tmp_path: Path) -> None:
    home = landed(tmp_path, "crm_maven_mavenTech")
    won, lost, value, days = row(
        home,
        "select count(*) filter (status = 'won'), count(*) filter (status = 'lost'), "
        "sum(amount) filter (status = 'won'), "
        "round(avg(date_diff('day', created_at, closed_at)) filter (status = 'won'), 2) from "
        "landing.deals",
    )
    assert (won, lost, value, days) == (4238, 2473, 10005534, 51.78)
    assert row(
        home,
        "select sum(amount) from landing.deals join landing.products using (product_id) "
        "where product_id = 'GTX Pro' and status = 'won'",
    ) == (3510578,)
    assert row(
        home,
        "select sum(amount) from landing.deals d join landing.users u on u.user_id = d.owner_id "
        "join (select distinct user_id from landing.users where role = 'manager') m "
        "on m.user_id = u.manager_id where u.role = 'rep' and status = 'won'",
    ) == (10005534,)


@pytest.mark.parametrize("config", ["embudo.yml", "embudo.xlsx.yml"])
def test_call_center(tmp_path: Path, config: str) -> None:
    home = landed(tmp_path, "call_pwc_callcentre", config)
    assert row(
        home,
        "select count(*), count(*) filter (disposition = 'answered') / count(*), "
        "round(avg(wait_seconds), 4), round(avg(talk_seconds), 4), cast(min(started_at) as "
        "varchar) "
        "from landing.calls",
    ) == (5000, 0.8108, 67.5207, 224.9228, "2021-01-01 09:12:58")
    assert row(
        home,
        "select count(*), count(*) filter (disposition = 'answered'), round(avg(wait_seconds), 2) "
        "from landing.calls where agent_id = 'Dan'",
    ) == (633, 523, 67.28)
    assert row(home, "select round(avg(score), 4) from landing.survey_answers") == (3.4036,)


def test_email_hillstrom(tmp_path: Path) -> None:
    home = landed(tmp_path, "email_hillstrom")
    sent = "count(*) filter (kind = 'sent')"
    rate = f"round(count(*) filter (kind = 'click') / {sent}, 6)"
    assert row(home, f"select {sent}, {rate} from landing.email_events") == (42694, 0.167049)
    for campaign, clicks in (("Mens E-Mail", 0.182757), ("Womens E-Mail", 0.1514)):
        assert row(
            home, f"select {rate} from landing.email_events where campaign_id = '{campaign}'"
        ) == (clicks,)
    assert row(home, "select count(*), sum(quantity * unit_price) from landing.order_lines") == (
        456,
        Decimal("53349.80"),
    )
    assert row(home, "select count(distinct event_id) = count(*) from landing.email_events") == (
        True,
    )
    assert row(home, "select count(distinct contact_id) from landing.contacts") == (64000,)


def test_crm_adventureworks(tmp_path: Path) -> None:
    home = landed(tmp_path, "crm_adventureworks_quota")
    assert row(
        home,
        "select count(distinct order_id), sum(quantity * unit_price), count(distinct (order_id, "
        "line_no)) "
        "from landing.order_lines",
    ) == (3796, Decimal("80977720.21"), 60855)
    home.execute(
        "create temp view sold as select owner_id, ordered_at, quantity * unit_price as amount "
        "from landing.order_lines join (select distinct order_id, owner_id, ordered_at from "
        "landing.orders) "
        "using (order_id) join landing.users on user_id = owner_id where role = 'rep'"
    )
    for year, attainment in ((2018, 0.448671), (2019, 0.428529), (2020, 0.175149)):
        assert row(
            home,
            f"select round((select sum(amount) from sold where year(ordered_at) = {year}) / "
            "sum(target), 6) "
            "from landing.targets join landing.users on user_id = scope_key "
            f"where role = 'rep' and year(period_start) = {year}",
        ) == (attainment,)
    assert row(home, "select sum(target), count(*) from landing.targets") == (676210000, 809)


@pytest.mark.parametrize(
    ("config", "orders", "revenue", "repeaters"),
    [
        ("embudo.yml", 69659, "2500315.63", 48.8587),
        ("embudo.sample.yml", 6919, "244091.94", 48.3241),
    ],
)
def test_clv_cdnow(
    tmp_path: Path, config: str, orders: int, revenue: str, repeaters: float
) -> None:
    home = landed(tmp_path, "clv_cdnow", config)
    assert row(
        home,
        "select count(distinct o.order_id), sum(quantity * unit_price) "
        "from landing.orders o join landing.order_lines using (order_id)",
    ) == (orders, Decimal(revenue))
    assert row(
        home,
        "select round(100 * avg(cast(days > 1 as integer)), 4) from "
        "(select count(distinct ordered_at) as days from landing.orders group by contact_id)",
    ) == (repeaters,)
