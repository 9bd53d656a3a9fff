"""Counting landed rows by month, and keeping the counts of months that nothing touched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.quality.databases import Databases
from orchestration.quality.periods.counting import PERIODS_FILE, count_periods
from tests.unit.quality.checks.test_unmatched_references import make_landing
from tests.unit.quality.periods.made_up import LAST, company, june, periods, released, stream_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("release"))


def test_kept_counts_equal_counting_all_months(tmp_path: Path, release: Path) -> None:
    """With a correction of a row of March, and a month delivered again without a row."""
    late = (
        "insert into landing.calls select * replace (2 as _load_seq, 'S' as queue) from landing.calls "
        "where started_at::date = '2026-03-10'"
    )
    kept, whole = (june(tmp_path / name, late) for name in ("kept", "whole"))
    periods(kept, release)
    periods(whole, tmp_path / "no release")
    exact = "select * from read_parquet(?) where value is null or value not in ('p10', 'p50', 'p90') order by all"
    with duckdb.connect() as connection:
        counts = [
            connection.execute(exact, [str(directory / PERIODS_FILE)]).fetchall()
            for directory in (kept, whole)
        ]
    assert counts[0] == counts[1]
    assert len(counts[0]) > 1000


def test_rows_that_left_are_counted_no_longer(tmp_path: Path, release: Path) -> None:
    gone = "delete from landing.calls where started_at::date = '2026-03-10'"
    stream = stream_of(periods(june(tmp_path, gone), release), "calls")
    assert date(2026, 3, 10) not in stream.days
    assert stream.before[date(2026, 3, 10)] == 20


def test_the_newest_version_of_a_row_counts_once(tmp_path: Path) -> None:
    again = (
        "insert into landing.leads select * replace (2 as _load_seq, 'late' as channel, 'late' as _file) "
        "from landing.leads where created_at::date = '2026-06-10'"
    )
    make_landing(tmp_path, *company(date(2026, 6, 1), LAST, seq=1), again, load_seq=2)
    with Databases.of(tmp_path).open() as connection:
        count_periods(connection, None)
        [(rows,)] = connection.execute(
            "select sum(amount) from cells where stream = 'leads' and feature = 'rows' and value = '2026-06-10'"
        ).fetchall()
        [(late,)] = connection.execute(
            "select sum(amount) from cells where stream = 'leads' and col = 'channel' and value = left(md5('late'), 12)"
        ).fetchall()
    assert rows == late == 10
