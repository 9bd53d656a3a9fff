"""A tiny company: a dbt project parsed once, and its marts written by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parent / "semantic_layer" / "project"

MARTS = """
create schema core; create schema customer; create schema funnel;
create table core.dim_dates as
    select cast(day as date) as date_on
    from range(date '2024-01-01', date '2027-01-01', interval 1 day) as days(day);
create table core.dim_reps as select * from (values
    ('r1', 'Ana', 'Alfa', 'Norte', date '2020-01-01'),
    ('r2', 'Borja', 'Alfa', 'Sur', date '2021-01-01'),
    ('r3', '=cmd()', '{{ 7 * 7 }}', 'Norte', date '2022-05-01')
) as reps(rep_version_key, rep_name, team, region, hired_on);
create table customer.fct_order_lines as select * from (values
    ('l1', 'o1', 'r1', 'web', false, date '2025-11-03', cast(100.10 as decimal(18, 2)), 1),
    ('l2', 'o1', 'r1', 'web', false, date '2025-11-03', 50.05, 2),
    ('l3', 'o2', 'r2', 'shop', false, date '2025-12-20', 200.00, 4),
    ('l4', 'o3', 'r3', 'web', true, date '2025-12-21', 999.00, 9),
    ('l5', 'o4', 'r3', 'web', false, date '2026-01-05', 300.25, 3),
    ('l6', 'o5', 'r1', 'shop', false, date '2026-01-31', 10.00, 1),
    ('l7', 'o6', null, 'shop', false, date '2026-02-01', 40.00, 1)
) as lines(order_line_key, order_key, rep_version_key, channel, is_cancelled, ordered_on,
           net_amount, quantity);
create table funnel.fct_deals as select * from (values
    ('d1', 'r1', 'won', true, true, date '2025-11-30', date '2025-11-01', 29),
    ('d2', 'r1', 'lost', false, true, date '2025-12-15', date '2025-11-01', 44),
    ('d3', 'r2', 'won', true, true, date '2026-01-15', date '2025-12-01', 45),
    ('d4', 'r3', 'open', false, false, null, date '2026-01-01', null)
) as deals(deal_key, rep_version_key, stage, is_won, is_closed, closed_on, created_on, cycle_days);
"""

RELEASE = {
    "release_id": "20260210-1",
    "run_id": "run-1",
    "published_at": "2026-02-10T05:00:00+00:00",
    "as_of": "2026-02-10T03:30:00+00:00",
    "verdict": "pass",
    "full": True,
    "loads": ["l1"],
    "files": {},
    "streams": {
        "crm.deals": "2026-02-10T03:00:00+00:00",
        "shop.orders": "2026-02-10T03:10:00Z",
        "shop.order_lines": "2026-02-10T04:11:00+01:00",
        "pbx.calls": "2026-02-10T03:12:00+00:00",
    },
}


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target folder of the tiny project, as `dbt parse` leaves it."""
    folder = tmp_path_factory.mktemp("tiny")
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "parse", "--profiles-dir", "."],
        cwd=folder,
        env=os.environ | {"DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return folder / "target"


@pytest.fixture(scope="session")
def release_dir(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the tiny company."""
    folder = tmp_path_factory.mktemp("releases") / "20260210-1"
    folder.mkdir()
    for name in ("manifest.json", "semantic_manifest.json"):
        shutil.copy(parsed / name, folder / name)
    (folder / "release.json").write_text(json.dumps(RELEASE), encoding="utf-8")
    with duckdb.connect(folder / "marts.duckdb") as connection:
        connection.execute(MARTS)
    return folder
