"""Rules of single values: what they accept, and the advice where they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from orchestration.settings import values


def test_values_that_are_accepted() -> None:
    assert values.known_encoding("UTF8") == "utf-8"
    assert values.one_or_many("a") == ["a"]
    assert values.lists_of_mappings({"deals": {"files": "a"}}) == {"deals": [{"files": "a"}]}
    assert values.text_of(True) == "true"
    assert values.date_formats(("%d/%m/%Y", "duration")) == ("%d/%m/%Y", "duration")
    assert values.duration("12h") == dt.timedelta(hours=12)
    assert values.date_or_timestamp("2026-06-30") == dt.date(2026, 6, 30)
    assert values.date_or_timestamp("2026-06-30T18:00:00") == dt.datetime(2026, 6, 30, 18)
    assert values.date_timestamp_or_number(7) == 7
    assert values.cron("*/15 6-20 * * 1,3") == "*/15 6-20 * * 1,3"


@pytest.mark.parametrize(
    ("rule", "value", "advice"),
    [
        (values.time_zone, "Europe/Madird", "did you mean 'Europe/Madrid'"),
        (values.currency, "euro", "three capital letters"),
        (values.country, "Spain", "two capital letters"),
        (values.known_encoding, "latin1x", "did you mean 'latin-1'"),
        (values.date_formats, ("%d/%m/%Q",), "%Q is unknown"),
        (values.date_formats, ("dd/mm/yyyy",), "has no %"),
        (values.cell_range, "A1", "like A1:F200"),
        (values.globs, ("../deals.csv",), "relative to the inbox"),
        (values.globs, ("/deals.csv",), "relative to the inbox"),
        (values.source_names, {"CRM": 1}, "small letters"),
        (values.date_or_timestamp, "30/06/2026", r"a date \(2026-06-30\)"),
        (values.duration, "2 weeks", "like 2d, 12h or 30m"),
        (values.json_path, "data[", "a JSON path"),
        (values.cron, "0 6 * *", "five fields"),
        (values.cron, "0 25 * * *", "hour is 0 to 23"),
    ],
)
def test_values_that_are_refused(rule: Any, value: Any, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        rule(value)
