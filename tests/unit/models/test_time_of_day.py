"""The macro of the time of day, compared with the clocks of Python's zones."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import jinja2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

ZONES = (
    "Europe/Madrid",
    "America/Mexico_City",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Auckland",
)


_FIRST = datetime(2012, 1, 1)
"""Until 2011, clocks in St. John's changed at 00:01: an hour began at a time that they never showed."""


def _columns(zone: str) -> str:
    """The SQL of `time_of_day` for DuckDB; what dbt gives its macros stands in here."""

    def local(timestamp: str) -> str:
        return f"timezone('{zone}', timezone('UTC', {timestamp}))"

    environment = jinja2.Environment()
    environment.globals |= {
        "dbt": SimpleNamespace(
            date_trunc=lambda part, of: f"date_trunc('{part}', {of})",
            type_string=lambda: "varchar",
        ),
        "adapter": SimpleNamespace(
            dispatch=lambda name, _: {
                "local_time": local,
                "iso_weekday": lambda timestamp: f"extract(isodow from {timestamp})",
            }[name]
        ),
        "return": lambda value: value,
    }
    source = (ROOT / "dbt_project" / "macros" / "time.sql").read_text(encoding="utf-8")
    module: Any = environment.from_string(source).module
    return str(module.time_of_day("moment", "hour_start"))


@pytest.mark.parametrize("zone", ZONES)
@settings(deadline=None, max_examples=40)
@given(times=st.lists(st.datetimes(_FIRST, datetime(2035, 12, 31)), min_size=20, max_size=40))
@example(times=[datetime(2026, 10, 25, hour, 45) for hour in range(3)])
@example(times=[datetime(2026, 3, 29, hour, 15) for hour in range(3)])
def test_the_time_of_day_is_that_of_the_zone(zone: str, times: list[datetime]) -> None:
    """Hour, half hour and weekday; an hour begins when its clock shows the full hour, so two in autumn differ."""
    with duckdb.connect() as connection:
        calls = "select unnest(cast($times as timestamp[])) as moment"
        rows = connection.execute(
            f"select {_columns(zone)} from ({calls})", {"times": times}
        ).fetchall()
    expected = []
    for at in times:
        local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        start = local.replace(minute=0, second=0, microsecond=0)
        half = f"{local:%H}:{30 * (local.minute // 30):02d}"
        utc = start.astimezone(UTC).replace(tzinfo=None)
        expected.append((utc, local.hour, half, local.isoweekday()))
    assert rows == expected
