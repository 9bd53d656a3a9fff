"""The cells that a stream's rows are counted into, beside SQL by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.unit.quality.checks.test_unmatched_references import make_landing
from tests.unit.quality.periods.made_up import (
    LAST,
    RELEASED,
    company,
    june,
    periods,
    released,
    stream_of,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("release"))


def by_hand(directory: Path, select: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(directory / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(select).fetchall()


def test_counts_equal_sql_by_hand(tmp_path: Path, release: Path) -> None:
    stream = stream_of(periods(june(tmp_path), release), "calls")
    assert stream.fresh_span == (date(2026, 5, 31), LAST)
    days = by_hand(
        tmp_path,
        "select timezone('Europe/Madrid', timezone('UTC', started_at))::date, count(*) from landing.calls group by 1",
    )
    assert stream.days == dict(days)
    hours = by_hand(
        tmp_path,
        "select hour(timezone('Europe/Madrid', timezone('UTC', started_at))), count(*) from landing.calls "
        "where _load_seq = 2 group by 1",
    )
    assert {hour: rows for hour, rows in enumerate(stream.fresh.hours) if rows} == dict(hours)
    agents = by_hand(
        tmp_path,
        "select left(md5(agent_id), 12), count(*) from landing.calls "
        "where started_at >= '2026-04-01' and started_at < '2026-05-01' group by 1",
    )
    assert stream.months[date(2026, 4, 1)].kinds["agent_id"] == dict(agents)
    [(filled, highest)] = by_hand(
        tmp_path,
        "select count(talk_seconds), max(talk_seconds) from landing.calls where _load_seq = 2",
    )
    talk = stream.fresh.measures["talk_seconds"]
    assert (talk["filled"], talk["highest"]) == (filled, highest)
    assert stream.files == {"pbx/2026-06.csv": stream.fresh.rows}


def test_values_are_counted_of_the_last_months_and_rows_of_all(tmp_path: Path) -> None:
    make_landing(tmp_path, *company(date(2024, 10, 1), RELEASED, seq=1))
    periods(tmp_path, tmp_path / "no release")
    months: dict[str, set[date]] = {}
    with duckdb.connect() as connection:
        for feature, month in connection.execute(
            "select distinct feature, month from read_parquet(?) where stream = 'calls' and month is not null",
            [str(tmp_path / "periods.parquet")],
        ).fetchall():
            months.setdefault(feature, set()).add(month)
    assert min(months["rows"]) == min(months["hour"]) == date(2024, 10, 1)
    assert min(months["kind"]) == min(months["number"]) == date(2025, 3, 1)
    assert max(months["kind"]) == date(2026, 5, 1)
