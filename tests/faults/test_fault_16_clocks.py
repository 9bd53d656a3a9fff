"""Fault 16: days of 23 and 25 hours, mixed time zones, dates of 1999 and 2100.

Instants and lengths are exact, by hand; a time that no clock showed, and a date that cannot be, are quarantined.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from orchestration.settings.contract_loading import load_contract
from tests.unit.ingestion.factories import Company

MADRID = {"time_zone": "Europe/Madrid", "format": {"timestamp": "%d/%m/%Y %H:%M"}}


def calls(company: Company, *moments: str, **source: object) -> None:
    """Land one call a moment."""
    company.map(
        "calls",
        {
            "files": "*.csv",
            "columns": {
                "call_id": "id",
                "direction": {"value": "inbound"},
                "started_at": "at",
                "disposition": {"value": "answered"},
            },
        },
        **(source or MADRID),
    )
    company.drop("c.csv", "id,at\n" + "".join(f"{n},{at}\n" for n, at in enumerate(moments)))
    company.land()


def started(company: Company) -> list[dt.datetime]:
    return [row[0] for row in company.rows("select started_at from landing.calls order by _line")]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-06-10", 24), ("2026-10-25", 25)]
)
def test_days_are_as_long_as_they_are(company: Company, day: str, hours: int) -> None:
    """A call each hour of UTC around the day: as many as the day has hours fall on it in Madrid."""
    noon = dt.datetime.fromisoformat(f"{day}T12:00")
    utc = [noon + dt.timedelta(hours=n) for n in range(-30, 30)]
    calls(company, *(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in utc), time_zone="Europe/Madrid")
    assert started(company) == utc
    local = "cast(timezone('Europe/Madrid', timezone('UTC', started_at)) as date)"
    assert company.rows(f"select count(*) from landing.calls where {local} = '{day}'") == [(hours,)]


def test_a_format_that_ends_with_a_z_is_of_utc(company: Company) -> None:
    """As the same text is without a stated format; formats without a Z stay on the source's clock."""
    calls(
        company,
        "2026-07-01T12:00:00Z",
        "2026-07-01 12:00:00",
        format={"timestamp": ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"]},
        time_zone="Europe/Madrid",
    )
    assert [f"{at:%H:%M}" for at in started(company)] == ["12:00", "10:00"]


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("29/03/2026 00:00", "30/03/2026 00:00", 23),
        ("25/10/2026 00:00", "26/10/2026 00:00", 25),
        ("29/03/2026 01:59", "29/03/2026 03:00", 1 / 60),
        ("25/10/2026 01:59", "25/10/2026 03:00", 2 + 1 / 60),
    ],
)
def test_stretches_across_the_change(company: Company, begin: str, end: str, hours: float) -> None:
    """An agent's shift lasts as long as it lasted, whatever clocks showed."""
    company.map(
        "agent_states",
        {
            "files": "*.csv",
            "columns": {
                "agent_id": {"value": "u"},
                "state": {"value": "available"},
                "started_at": "a",
                "ended_at": "b",
            },
        },
        **MADRID,
    )
    company.drop("s.csv", f"a,b\n{begin},{end}\n")
    company.land()
    [(seconds,)] = company.rows(
        "select epoch(ended_at) - epoch(started_at) from landing.agent_states"
    )
    assert seconds == pytest.approx(hours * 3600)


def test_a_time_that_spring_skips_is_quarantined(company: Company) -> None:
    calls(company, "29/03/2026 01:59", "29/03/2026 02:00", "29/03/2026 02:30", "29/03/2026 03:00")
    assert started(company) == [dt.datetime(2026, 3, 29, 0, 59), dt.datetime(2026, 3, 29, 1, 0)]
    [(line, reason), (other, _)] = company.quarantine()
    assert (line, other) == (3, 4)
    assert "started_at: found '29/03/2026 02:00'" in reason
    assert "Europe/Madrid" in reason


def test_a_time_that_autumn_shows_twice_is_the_second(company: Company) -> None:
    """It is ambiguous: the one of standard time counts, as `zoneinfo` has it with fold = 1."""
    calls(company, "25/10/2026 02:30", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")
    second = dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Madrid"))
    utc = second.astimezone(dt.UTC).replace(tzinfo=None)
    assert utc == dt.datetime(2026, 10, 25, 1, 30)
    assert started(company) == [utc, dt.datetime(2026, 10, 25, 0, 30), utc]


def test_midnight_that_is_skipped_is_the_beginning_of_its_day(company: Company) -> None:
    """Chile's clocks go from 24:00 to 01:00 on 6 September 2026: the day begins at 04:00 UTC."""
    calls(
        company,
        "06/09/2026 00:00",
        "06/09/2026 00:30",
        time_zone="America/Santiago",
        format=MADRID["format"],
    )
    assert started(company) == [dt.datetime(2026, 9, 6, 4)]
    assert [line for line, _ in company.quarantine()] == [3]


def test_zones_mixed_in_one_column(company: Company) -> None:
    """One instant, written six ways."""
    calls(
        company,
        "2026-07-01T12:00:00+02:00",
        "2026-07-01T10:00:00Z",
        "2026-07-01 10:00Z",
        "2026-07-01 10:00:00 UTC",
        "2026-07-01T06:00:00.000-0400",
        "2026-07-01 12:00",
        time_zone="Europe/Madrid",
    )
    assert started(company) == [dt.datetime(2026, 7, 1, 10)] * 6


def test_years(company: Company) -> None:
    """1999 is a year like others: history goes back. What no business date can be is quarantined."""
    moments = ("1999-12-31 23:59", "1970-01-01 00:00", "2099-12-31 23:59")
    never = (
        "1969-12-31 23:59",
        "2100-01-01 00:00",
        "0000-00-00",
        "1900-01-01",
        "9999-12-31",
        "2026-02-29",
    )
    calls(company, *moments, *never, time_zone="UTC")
    assert started(company) == [dt.datetime.fromisoformat(at) for at in moments]
    quarantined = company.quarantine()
    assert [line for line, _ in quarantined] == list(
        range(len(moments) + 2, len(moments) + 2 + len(never))
    )
    for (_, reason), value in zip(quarantined, never, strict=True):
        assert f"found '{value}', expected a timestamp" in reason
        assert "between 1970 and 2099" in reason


def test_every_business_time_is_bounded(company: Company) -> None:
    """No stream takes a date of 2100 for one, whichever column it is in."""
    for stream in load_contract().values():
        dates = [c.name for c in stream.columns if c.data_type in ("date", "timestamp")]
        if not dates:
            continue
        company.map(
            stream.name,
            {"files": f"{stream.name}.csv", "columns": {name: name for name in dates}},
        )
        cells = ",".join("2100-01-01" for _ in dates)
        company.drop(f"{stream.name}.csv", f"{','.join(dates)}\n{cells}\n")
        [load] = company.land().loads
        assert load.rows_landed == 0
        reasons = [r.reason for r in list_of(company, stream.name)]
        assert all(f"{name}: found '2100-01-01'" in reasons[0] for name in dates), stream.name


def list_of(company: Company, stream: str):  # type: ignore[no-untyped-def]
    from orchestration import ingestion

    return ingestion.quarantine.list_open(company.home, stream=stream)
