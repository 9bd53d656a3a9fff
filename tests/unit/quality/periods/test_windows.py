"""Windows of a few days, counted from landed rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.unit.quality.checks.test_unmatched_references import make_landing
from tests.unit.quality.periods.made_up import (
    FIRST,
    RELEASED,
    company,
    june,
    periods,
    released,
    stream_of,
)

pytestmark = pytest.mark.slow

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("release"))


def days_later(directory: Path, days: int, *statements: str) -> Path:
    """A candidate with so many days since the release."""
    fresh = company(DAY, DAY + timedelta(days=days - 1), seq=2)
    landed = company(FIRST, RELEASED, seq=1)
    make_landing(directory, *landed, *statements, *fresh, load_seq=2)
    return directory


def test_a_day_has_windows_of_a_day_that_equal_sql_by_hand(tmp_path: Path, release: Path) -> None:
    stream = stream_of(periods(days_later(tmp_path, 1), release), "calls")
    # the last calls of the release are of Saturday the 30th: Sunday and Monday are fresh
    assert stream.fresh_span == (date(2026, 5, 31), DAY)
    assert stream.is_short
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        by_hand = connection.execute(
            """
            select left(md5(queue), 12), count(*), max(talk_seconds) from landing.calls
            where timezone('Europe/Madrid', timezone('UTC', started_at))::date between '2026-05-27' and '2026-05-28'
            group by 1 order by 1
            """
        ).fetchall()
    window = stream.windows[date(2026, 5, 27)]
    assert sorted(window.kinds["queue"].items()) == [(queue, rows) for queue, rows, _ in by_hand]
    assert window.measures["talk_seconds"]["highest"] == max(talk for _, _, talk in by_hand)
    assert sum(window.hours) == window.rows == sum(rows for _, rows, _ in by_hand)
    assert len(stream.windows) == 31
    assert min(stream.windows) == date(2026, 5, 30) - timedelta(days=61)
    assert [first for first, _ in stream.history()] == sorted(stream.windows)


def test_young_rows_are_those_of_the_last_release_as_it_had_them(
    tmp_path: Path, release: Path
) -> None:
    """Tasks that were open in the release and are done now were open when they were young."""
    done = (
        "insert into landing.tasks select * replace (2 as _load_seq, created_at as completed_at) from landing.tasks "
        "where created_at >= '2026-05-20' and completed_at is null"
    )
    stream = stream_of(periods(days_later(tmp_path, 4, done), release), "tasks")
    [young] = stream.seen
    newest = stream.windows[max(stream.windows)]
    assert newest.rows == young.rows > 0
    filled = [sample.measures["completed_at"]["filled"] for sample in (young, newest)]
    assert filled[0] < filled[1] == newest.rows


def test_a_month_has_no_windows(tmp_path: Path, release: Path) -> None:
    stream = stream_of(periods(june(tmp_path), release), "calls")
    assert not stream.is_short
    assert not stream.windows
