"""How long ago something was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.operations.ages import age, ago


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(minutes=-10), "in the future"),
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=119, seconds=5), "119 min ago"),
        (timedelta(hours=2, seconds=5), "2 h ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(days=3, seconds=5), "3 days ago"),
    ],
)
def test_the_unit_grows_with_the_age(before: timedelta, text: str) -> None:
    assert ago(datetime.now(UTC) - before) == text


def test_a_time_without_a_zone_is_utc() -> None:
    naive = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=5)
    assert ago(naive) == "5 h ago"
    assert timedelta(hours=5) <= age(naive) < timedelta(hours=5, minutes=1)
