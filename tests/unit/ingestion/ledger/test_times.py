"""Times as text that sorts."""

from __future__ import annotations

import datetime as dt

from orchestration.ingestion.ledger.times import from_text, to_text

NOON = dt.datetime(2026, 7, 1, 12)


def test_times_sort_as_text_and_come_back() -> None:
    later = NOON + dt.timedelta(microseconds=1)
    assert to_text(NOON) < to_text(later)
    assert from_text(to_text(later)) == later
    assert to_text(None) is None and from_text(None) is None


def test_a_time_with_a_zone_is_written_as_utc() -> None:
    madrid = dt.timezone(dt.timedelta(hours=2))
    assert from_text(to_text(NOON.replace(tzinfo=madrid))) == dt.datetime(2026, 7, 1, 10)
