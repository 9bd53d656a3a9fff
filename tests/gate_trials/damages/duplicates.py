"""Rows that come twice under other ids: a month, a day, one rep's, one source's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from tests.gate_trials import streams
from tests.gate_trials.damages.records import Case, Damage, Kind, damage, on
from tests.gate_trials.sheets import Row, Sheet

Naming = Callable[[str], str]
_WITH_IDS = (
    streams.ORDERS,
    streams.INVOICES,
    streams.DEALS,
    streams.LEADS,
    streams.CALLS,
    streams.ACTIVITIES,
    streams.EMAILS,
    streams.SOCIAL,
)


def numbered(key: str) -> str:
    """Another id of the same form, which no row has."""
    numbered = re.fullmatch(r"(\D*)(\d+)", key)
    if numbered is None:
        return f"{key}9"
    digits = numbered[2]
    return f"{numbered[1]}{int(digits) + 5 * 10 ** (len(digits) - 1):0{len(digits)}d}"


def again(
    sheet: Sheet, rows: Sequence[Row], parts: Sheet | None, naming: Naming = numbered
) -> list[Row]:
    """Put copies of rows behind the others, under other ids, and copies of their parts."""
    key = sheet.stream.key
    new = {row[key]: naming(str(row[key])) for row in rows if row[key]}
    copies = [row | {key: new.get(row[key], row[key])} for row in rows]
    sheet.rows += copies
    if parts is not None:
        name = sheet.stream.part_key
        parts.rows += [row | {name: new[row[name]]} for row in parts.rows if row[name] in new]
    return copies


def _again(case: Case, rows: Callable[[Sheet], Sequence[Row]], naming: Naming = numbered) -> Damage:
    sheet, parts = case.read(), case.delivery.parts(case.stream)
    copies = again(sheet, rows(sheet), parts, naming)
    case.delivery.write(sheet, parts)
    return damage([sheet, *([parts] if parts else [])], copies)


def _some_rows(case: Case) -> Damage:
    return _again(case, lambda sheet: case.some(sheet.rows))


def _days(count: int) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        def of_days(sheet: Sheet) -> list[Row]:
            days = busy_days(sheet, case.delivery.month)
            first = case.rng.randrange(max(1, len(days) - count + 1))
            chosen = set(days[first : first + count])
            return [row for row in sheet.rows if sheet.day(row) in chosen]

        return _again(case, of_days)

    return apply


def busy_days(sheet: Sheet, month: str) -> list[date]:
    """The days of a month with at least half as many rows as the usual one: no Sundays of an office."""
    counts: dict[date, int] = {}
    for row in sheet.rows:
        day = sheet.day(row)
        if day is not None and f"{day:%Y-%m}" == month:
            counts[day] = counts.get(day, 0) + 1
    usual = sorted(counts.values())[len(counts) // 2]
    return sorted(day for day, count in counts.items() if count * 2 >= usual)


def _one_owner(case: Case) -> Damage:
    def of_owner(sheet: Sheet) -> list[Row]:
        owner = one_with_many(case, sheet, sheet.stream.owner)
        return [row for row in sheet.rows if row[sheet.stream.owner] == owner]

    return _again(case, of_owner)


def one_with_many(case: Case, sheet: Sheet, column: str) -> Any:
    """One of the five values of a column that most rows have, drawn at random."""
    counts: dict[Any, int] = {}
    for row in sheet.rows:
        if row[column] not in (None, ""):
            counts[row[column]] = counts.get(row[column], 0) + 1
    most = sorted(counts, key=lambda value: (-counts[value], str(value)))
    return case.rng.choice(most[:5])


def _source(case: Case) -> Damage:
    sheets: list[Sheet] = []
    rows = 0
    for stream in case.delivery.of_source(case.stream.source):
        if stream.key:
            sheet, parts = case.delivery.read(stream), case.delivery.parts(stream)
            rows += len(again(sheet, sheet.rows[:], parts))
            case.delivery.write(sheet, parts)
            sheets += [sheet, *([parts] if parts else [])]
    return damage(sheets, rows)


def _earlier_month(case: Case) -> Damage:
    month = case.delivery.earlier_months(case.stream)[-1]
    sheet = case.delivery.read(case.stream, month)
    parts = case.delivery.parts(case.stream, month)
    old = sheet.rows[:]
    new = {row[case.stream.key]: numbered(str(row[case.stream.key])) for row in old}
    sheet.rows = [row | {case.stream.key: new[row[case.stream.key]]} for row in old]
    if parts is not None:
        name = case.stream.part_key
        parts.rows = [row | {name: new[row[name]]} for row in parts.rows if row[name] in new]
        case.delivery.add(parts, f"{case.delivery.month}_again")
    case.delivery.add(sheet, f"{case.delivery.month}_again")
    return damage([sheet, *([parts] if parts else [])], sheet.rows)


def _moved(seconds: int) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        def moved(sheet: Sheet) -> list[Row]:
            return [shifted(row, sheet.stream.moments, seconds) for row in case.some(sheet.rows)]

        return _again(case, moved)

    return apply


def shifted(row: Row, columns: Iterable[str], seconds: float) -> Row:
    """The row with its times moved."""
    by = timedelta(seconds=seconds)
    return row | {name: row[name] + by for name in columns if hasattr(row[name], "hour")}


def _states_again(case: Case) -> Damage:
    sheet = case.read()
    copies = [shifted(row, case.stream.moments, 1) for row in case.some(sheet.rows)]
    sheet.rows += copies
    case.delivery.write(sheet)
    return damage(sheet, copies)


def _other_writing(naming: Naming) -> Callable[[Case], Damage]:
    return lambda case: _again(case, lambda sheet: case.some(sheet.rows), naming)


FAMILY = "duplicates"
KINDS = (
    Kind(
        "rows_again",
        FAMILY,
        "rows of the month come again under new ids",
        on(*_WITH_IDS),
        _some_rows,
        "stops",
        (0.3, 1),
    ),
    Kind(
        "month_before_again",
        FAMILY,
        "the month before comes again under new ids, in a file of its own",
        on(
            streams.ORDERS,
            streams.INVOICES,
            streams.DEALS,
            streams.CALLS,
            streams.LEADS,
            streams.ACTIVITIES,
        ),
        _earlier_month,
        "stops",
    ),
    Kind(
        "day_again",
        FAMILY,
        "a day comes again under new ids",
        on(streams.ORDERS, streams.CALLS, streams.ACTIVITIES, streams.EMAILS, streams.INVOICES),
        _days(1),
        "stops",
    ),
    Kind(
        "week_again",
        FAMILY,
        "five days come again under new ids",
        on(
            streams.ORDERS,
            streams.INVOICES,
            streams.LEADS,
            streams.CALLS,
            streams.SOCIAL,
            streams.EMAILS,
        ),
        _days(5),
        "stops",
    ),
    Kind(
        "owner_again",
        FAMILY,
        "all rows of a rep come again under new ids",
        on(streams.DEALS, streams.LEADS, streams.ACTIVITIES, streams.CALLS, streams.ORDERS),
        _one_owner,
        "stops",
    ),
    Kind(
        "source_again",
        FAMILY,
        "every stream of a source comes again under new ids",
        on(streams.ORDERS, streams.CALLS, streams.LEADS, streams.EMAILS),
        _source,
        "stops",
    ),
    Kind(
        "again_lower_case",
        FAMILY,
        "rows come again with ids in lower case",
        on(streams.ORDERS, streams.INVOICES, streams.DEALS, streams.CALLS),
        _other_writing(str.lower),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "again_with_suffix",
        FAMILY,
        "rows come again with -1 behind their ids",
        on(streams.INVOICES, streams.ORDERS, streams.LEADS, streams.SURVEYS, streams.TASKS),
        _other_writing(lambda key: f"{key}-1"),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "again_a_minute_later",
        FAMILY,
        "rows come again under new ids, a minute later",
        on(streams.CALLS, streams.ORDERS, streams.ACTIVITIES, streams.LEADS),
        _moved(60),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "states_twice",
        FAMILY,
        "agents are in every state twice, a second apart",
        on(streams.STATES),
        _states_again,
        "stops",
        (0.5, 1),
    ),
)
