"""Rows that do not come: days, weeks, half a file, a file, a source. Those of a rep or a queue: `parts_missing`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from tests.gate_trials import streams
from tests.gate_trials.damages.duplicates import busy_days
from tests.gate_trials.damages.records import Case, Damage, Kind, damage, on
from tests.gate_trials.sheets import Row, Sheet

_DAILY = (
    streams.ORDERS,
    streams.CALLS,
    streams.LEADS,
    streams.ACTIVITIES,
    streams.STATES,
    streams.INVOICES,
    streams.SOCIAL,
)
IsLost = Callable[[Row], bool]


def leave_out(case: Case, is_lost: Callable[[Sheet], IsLost]) -> Damage:
    """Write the stream without some rows, and without their parts."""
    sheet, parts = case.read(), case.delivery.parts(case.stream)
    lost_row = is_lost(sheet)
    lost = [row for row in sheet.rows if lost_row(row)]
    sheet.rows = [row for row in sheet.rows if not lost_row(row)]
    if parts is not None:
        keys = {row[case.stream.key] for row in lost}
        parts.rows = [row for row in parts.rows if row[case.stream.part_key] not in keys]
    case.delivery.write(sheet, parts)
    return damage([sheet, *([parts] if parts else [])], lost)


def _days(count: int) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        def of_days(sheet: Sheet) -> IsLost:
            days = busy_days(sheet, case.delivery.month)
            first = case.rng.randrange(1, max(2, len(days) - count))
            begin, end = days[first], days[min(first + count, len(days)) - 1]
            return lambda row: begin <= (sheet.day(row) or date.min) <= end

        return leave_out(case, of_days)

    return apply


def _weekday(case: Case) -> Damage:
    weekday = case.rng.randrange(5)

    def of_weekday(sheet: Sheet) -> IsLost:
        return lambda row: (day := sheet.day(row)) is not None and day.weekday() == weekday

    return leave_out(case, of_weekday)


def _half(*, is_last: bool) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        def of_half(sheet: Sheet) -> IsLost:
            cut = round(len(sheet.rows) * case.size)
            lost = sheet.rows[len(sheet.rows) - cut :] if is_last else sheet.rows[:cut]
            names = {id(row) for row in lost}
            return lambda row: id(row) in names

        return leave_out(case, of_half)

    return apply


def _random_rows(case: Case) -> Damage:
    def of_some(sheet: Sheet) -> IsLost:
        names = {id(row) for row in case.some(sheet.rows)}
        return lambda row: id(row) in names

    return leave_out(case, of_some)


def _cut_file(case: Case) -> Damage:
    """As an upload that broke off, in the middle of a line."""
    sheet = case.read()
    data = sheet.path.read_bytes()
    sheet.path.unlink()
    sheet.path.write_bytes(data[: round(len(data) * (1 - case.size))])
    left = len(case.read().rows)
    return damage(sheet, sheet.rows[left:])


def _afternoons(case: Case) -> Damage:
    def later(sheet: Sheet) -> IsLost:
        column = case.stream.at
        return lambda row: isinstance(row[column], datetime) and row[column].hour >= 12

    return leave_out(case, later)


def _no_file(case: Case) -> Damage:
    return gone(case, [case.stream])


def _no_source(case: Case) -> Damage:
    return gone(case, case.delivery.of_source(case.stream.source))


def gone(case: Case, missing: Sequence[object]) -> Damage:
    """Without the month's files of some streams."""
    sheets = [case.delivery.read(one) for one in case.delivery.of_source(case.stream.source)]
    sheets = [sheet for sheet in sheets if sheet.stream in missing]
    for sheet in sheets:
        sheet.path.unlink()
    return damage(sheets, sum(len(sheet.rows) for sheet in sheets))


def header_only(case: Case) -> Damage:
    """Without any row, whole or broken."""
    sheet, parts = case.read(), case.delivery.parts(case.stream)
    lost = sheet.rows
    for one in (sheet, parts):
        if one is not None:
            one.rows, one.broken = [], []
    case.delivery.write(sheet, parts)
    return damage([sheet, *([parts] if parts else [])], lost)


FAMILY = "gaps"
KINDS = (
    Kind("day_missing", FAMILY, "a working day is missing", on(*_DAILY), _days(1), "warns"),
    Kind(
        "three_days_missing",
        FAMILY,
        "three working days are missing",
        on(*_DAILY),
        _days(3),
        "warns",
    ),
    Kind(
        "week_missing",
        FAMILY,
        "seven working days are missing while other streams go on",
        on(*_DAILY),
        _days(7),
        "stops",
    ),
    Kind(
        "weekday_missing",
        FAMILY,
        "every Monday (or another working day) is missing",
        on(streams.CALLS, streams.LEADS, streams.ORDERS, streams.STATES, streams.INVOICES),
        _weekday,
        "stops",
    ),
    Kind(
        "first_half_missing",
        FAMILY,
        "the first half of the file's rows is missing",
        on(
            streams.ORDERS,
            streams.CALLS,
            streams.LEADS,
            streams.SPEND,
            streams.ACTIVITIES,
            streams.EMAILS,
        ),
        _half(is_last=False),
        "stops",
        (0.4, 0.6),
    ),
    Kind(
        "last_half_missing",
        FAMILY,
        "the last half of the file's rows is missing",
        on(
            streams.ORDERS,
            streams.CALLS,
            streams.LEADS,
            streams.SPEND,
            streams.STATES,
            streams.INVOICES,
        ),
        _half(is_last=True),
        "stops",
        (0.4, 0.6),
    ),
    Kind(
        "file_cut_short",
        FAMILY,
        "the file breaks off in the middle of a line",
        on(
            streams.CALLS,
            streams.STATES,
            streams.INVOICES,
            streams.DEALS,
            streams.EMAILS,
            streams.SOCIAL,
        ),
        _cut_file,
        "stops",
        (0.3, 0.7),
    ),
    Kind(
        "rows_missing",
        FAMILY,
        "half of the rows are missing, at random",
        on(
            streams.ORDERS,
            streams.CALLS,
            streams.LEADS,
            streams.ACTIVITIES,
            streams.INVOICES,
            streams.TASKS,
            streams.STATES,
        ),
        _random_rows,
        "stops",
        (0.5, 0.7),
    ),
    Kind(
        "afternoons_missing",
        FAMILY,
        "nothing happens after midday",
        on(streams.CALLS, streams.LEADS, streams.ORDERS, streams.ACTIVITIES),
        _afternoons,
        "stops",
    ),
    Kind(
        "file_missing",
        FAMILY,
        "one file of a source is missing while its others come",
        on(
            streams.LINES,
            streams.CALLS,
            streams.DEALS,
            streams.STAGES,
            streams.LEADS,
            streams.STATES,
        ),
        _no_file,
        "stops",
    ),
    Kind(
        "source_missing",
        FAMILY,
        "a source has no file of the month while others have",
        on(streams.ORDERS, streams.CALLS, streams.EMAILS, streams.INVOICES, streams.SPEND),
        _no_source,
        "stops",
    ),
    Kind(
        "header_only",
        FAMILY,
        "the file has a header and no row",
        on(streams.CALLS, streams.INVOICES, streams.LEADS, streams.DEALS, streams.ACTIVITIES),
        header_only,
        "stops",
    ),
)
