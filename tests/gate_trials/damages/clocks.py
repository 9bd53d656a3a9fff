"""Times that are not when it happened: hours, days and months off, a zone dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tests.gate_trials import streams
from tests.gate_trials.damages.changes import change_rows
from tests.gate_trials.damages.duplicates import shifted
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, damage, on
from tests.gate_trials.sheets import Row, Sheet

_TIMED = (
    streams.LEADS,
    streams.ACTIVITIES,
    streams.CALLS,
    streams.STATES,
    streams.EMAILS,
    streams.SOCIAL,
    streams.ORDERS,
)
_OFFICE = (streams.LEADS, streams.ACTIVITIES, streams.CALLS, streams.STATES, streams.TASKS)
"""Streams whose hours are those of an office: half a day off is a night's work."""


def _by(hours: float) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        names = case.stream.moments
        return change_rows(
            case, lambda row: shifted(row, names, hours * 3600), columns=case.stream.moments
        )

    return apply


def _later_part(hours: float) -> Callable[[Case], Damage]:
    """As when a server's clock is set wrong in the middle of the month: from one day on."""

    def apply(case: Case) -> Damage:
        sheet = case.read()
        days = sheet.days()
        since = days[round((len(days) - 1) * (1 - case.size))]
        rows = [row for row in sheet.rows if (sheet.day(row) or date.min) >= since]
        for row in rows:
            row.update(shifted(row, case.stream.moments, hours * 3600))
        case.delivery.write(sheet)
        return damage(sheet, rows, case.stream.moments)

    return apply


def _whole_source(hours: float) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        sheets: list[Sheet] = []
        for stream in case.delivery.of_source(case.stream.source):
            if stream.moments:
                sheet = case.delivery.read(stream)
                sheet.rows = [shifted(row, stream.moments, hours * 3600) for row in sheet.rows]
                case.delivery.write(sheet)
                sheets.append(sheet)
        return damage(sheets, sum(len(sheet.rows) for sheet in sheets), case.stream.moments)

    return apply


def _changed_dates(change: Callable[[Any], Any]) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        names = (*case.stream.moments, *case.stream.dates)

        def changed(row: Row) -> Row:
            return {name: change(row[name]) for name in names if isinstance(row[name], date)}

        return change_rows(case, changed, columns=names)

    return apply


def _day_is_month(value: date) -> date:
    return value.replace(day=value.month, month=value.day) if value.day <= 12 else value


def _in_year(year: int) -> Callable[[date], date]:
    return lambda value: value.replace(year=year, day=min(value.day, 28))


def _month_later(value: date) -> date:
    return value + timedelta(days=30)


def _day_later(value: date) -> date:
    return value + timedelta(days=1)


def _epoch(value: date) -> date:
    return datetime(1970, 1, 1) if isinstance(value, datetime) else date(1970, 1, 1)


FAMILY = "clocks"
KINDS = (
    Kind("hour_later", FAMILY, "times are an hour late", on(*_TIMED), _by(1), "warns"),
    Kind("hour_earlier", FAMILY, "times are an hour early", on(*_TIMED), _by(-1), "warns"),
    Kind("two_hours_later", FAMILY, "times are two hours late", on(*_OFFICE), _by(2), "stops"),
    Kind(
        "zone_dropped",
        FAMILY,
        "a source writes UTC without saying so: times are two hours early",
        on(streams.LEADS, streams.ACTIVITIES, streams.CALLS, streams.STATES),
        _whole_source(-2),
        "stops",
    ),
    Kind(
        "half_zone", FAMILY, "times are five and a half hours late", on(*_TIMED), _by(5.5), "stops"
    ),
    Kind("half_a_day", FAMILY, "morning is evening", on(*_TIMED), _by(12), "stops"),
    Kind("day_later", FAMILY, "everything happens a day later", on(*_OFFICE), _by(24), "stops"),
    Kind(
        "invoices_day_later",
        FAMILY,
        "dates are a day late",
        on(streams.INVOICES, streams.SPEND),
        _changed_dates(_day_later),
        "warns",
    ),
    Kind(
        "clock_set_wrong",
        FAMILY,
        "from a day on, times are six hours late",
        on(*_OFFICE),
        _later_part(6),
        "stops",
        (0.3, 0.6),
    ),
    Kind(
        "some_hours_late",
        FAMILY,
        "one of two servers is six hours late",
        on(*_OFFICE),
        _by(6),
        "stops",
        (0.4, 0.6),
    ),
    Kind(
        "day_is_month",
        FAMILY,
        "days and months are swapped where they can be",
        on(
            streams.LEADS,
            streams.DEALS,
            streams.ACTIVITIES,
            streams.INVOICES,
            streams.TASKS,
            streams.STAGES,
        ),
        _changed_dates(_day_is_month),
        "stops",
    ),
    Kind(
        "last_year",
        FAMILY,
        "dates are of last year",
        on(
            streams.LEADS,
            streams.INVOICES,
            streams.CALLS,
            streams.ORDERS,
            streams.ACTIVITIES,
            streams.SPEND,
        ),
        _changed_dates(_in_year(2025)),
        "stops",
    ),
    Kind(
        "next_year",
        FAMILY,
        "dates are of next year",
        on(
            streams.LEADS,
            streams.INVOICES,
            streams.CALLS,
            streams.ORDERS,
            streams.ACTIVITIES,
            streams.DEALS,
        ),
        _changed_dates(_in_year(2027)),
        "stops",
        (0.1, 1),
    ),
    Kind(
        "month_later",
        FAMILY,
        "dates are thirty days late",
        on(streams.LEADS, streams.INVOICES, streams.CALLS, streams.ORDERS, streams.ACTIVITIES),
        _changed_dates(_month_later),
        "stops",
        (0.3, 1),
    ),
    Kind(
        "epoch",
        FAMILY,
        "dates are of 1970",
        on(
            streams.LEADS,
            streams.INVOICES,
            streams.CALLS,
            streams.ORDERS,
            streams.ACTIVITIES,
            streams.SOCIAL,
        ),
        _changed_dates(_epoch),
        "stops",
        (0.1, 0.5),
    ),
    Kind(
        "closed_before_created",
        FAMILY,
        "deals are closed before they are made",
        (Target(streams.DEALS, ("Cerrado",)),),
        lambda case: change_rows(
            case,
            lambda row: {"Cerrado": row["Creado"] - timedelta(days=40)},
            which=lambda row: isinstance(row["Creado"], datetime) and bool(row["Cerrado"]),
        ),
        "stops",
        (0.3, 1),
    ),
)
