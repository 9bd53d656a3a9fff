"""Cursors of APIs: read as the vendor writes them, sent as the vendor wants them, times in UTC between."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingestion.api.cursors import Cursor, Mark, from_text, to_text
from orchestration.settings.api_models import CursorSpec

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def cursor(*, zone: str = "UTC", **fields: Any) -> Cursor:
    return Cursor(CursorSpec(param="since", path="at", **fields), zone=zone)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("iso", "2026-07-01T12:00:00Z"),
        ("iso", "2026-07-01T14:00:00+02:00"),
        ("unix", 1782907200),
        ("unix", "1782907200"),
        ("unix_ms", Decimal(1782907200000)),
        ("%a, %d %b %Y %H:%M:%S %z", "Wed, 01 Jul 2026 12:00:00 +0000"),
    ],
)
def test_vendors_write_the_same_moment(form: str, value: Any) -> None:
    assert cursor(format=form).read(value) == NOON


def test_a_time_without_a_zone_is_the_sources() -> None:
    madrid = cursor(zone="Europe/Madrid", format="%Y-%m-%d %H:%M:%S")
    assert madrid.read("2026-07-01 14:00:00") == NOON
    assert madrid.parameter(NOON) == "2026-07-01 14:00:00"


def test_a_format_that_ends_with_a_z_is_of_utc() -> None:
    zulu = cursor(zone="Europe/Madrid", format="%Y-%m-%dT%H:%M:%SZ")
    assert zulu.read("2026-07-01T12:00:00Z") == NOON
    assert zulu.parameter(NOON) == "2026-07-01T12:00:00Z"


@pytest.mark.parametrize(
    ("ask", "parameter"),
    [
        (None, "2026-07-01T12:00:00Z"),
        ("unix", "1782907200"),
        ("unix_ms", "1782907200999"),
        ("%Y-%m-%d", "2026-07-01"),
    ],
)
def test_sent_as_the_vendor_wants_it_and_never_later(ask: str | None, parameter: str) -> None:
    assert cursor(ask=ask).parameter(NOON.replace(microsecond=999_500)) == parameter


@pytest.mark.parametrize(
    "value", [None, "", "soon", "2026-13-01", "0001-01-01", True, {}, [], "1e999999"]
)
@pytest.mark.parametrize("form", ["iso", "unix", "number", "%d/%m/%Y"])
def test_what_is_no_cursor_is_none(form: str, value: Any) -> None:
    assert cursor(format=form).read(value) is None


def test_the_lag_is_fetched_again_but_not_what_was_before_the_beginning() -> None:
    lagging = cursor(lag="2d", initial="2026-06-30")
    assert lagging.since(None) == datetime(2026, 6, 30, tzinfo=UTC)
    assert lagging.since(datetime(2026, 7, 9, tzinfo=UTC)) == datetime(2026, 7, 7, tzinfo=UTC)
    assert lagging.since(NOON) == datetime(2026, 6, 30, tzinfo=UTC)
    assert cursor().since(None) is None
    numbers = cursor(format="number", lag=100, initial=50)
    assert [numbers.since(mark) for mark in (None, 120, 1000)] == [50, 50, 900]
    assert cursor(format="number").since(7) == 7


@given(
    st.one_of(
        st.none(),
        st.integers(),
        st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),
    )
)
def test_a_mark_is_kept_as_it_is(mark: Mark | None) -> None:
    assert from_text(to_text(mark)) == mark
