"""Months that were complete and change: files of earlier months, delivered again with other rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.gate_trials import streams
from tests.gate_trials.damages.duplicates import again
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, damage, each_of, on
from tests.gate_trials.sheets import Row, Sheet


def _month(case: Case) -> str:
    """One of the last six complete months that the stream has, not the newest."""
    return case.rng.choice(case.delivery.earlier_months(case.stream)[-7:-1])


def _scaled(factor: str) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        sheet = case.delivery.read(case.stream, _month(case))
        _scale(sheet, case.target.columns, factor)
        case.delivery.write(sheet)
        return damage(sheet, sheet.rows, case.target.columns)

    return apply


def _scale(sheet: Sheet, columns: tuple[str, ...], factor: str) -> None:
    def scaled(value: Any) -> Any:
        if isinstance(value, Decimal):
            return (value * Decimal(factor)).quantize(Decimal("0.01"))
        return value

    for row in sheet.rows:
        row.update({name: scaled(row[name]) for name in columns})


def _history_scaled(case: Case) -> Damage:
    """Every earlier month, as when the whole history is exported again in another unit."""
    sheets = []
    for month in case.delivery.earlier_months(case.stream):
        sheet = case.delivery.read(case.stream, month)
        _scale(sheet, case.target.columns, "100")
        case.delivery.write(sheet)
        sheets.append(sheet)
    return damage(sheets, sum(len(sheet.rows) for sheet in sheets), case.target.columns)


def _doubled(case: Case) -> Damage:
    month = _month(case)
    sheet, parts = case.delivery.read(case.stream, month), case.delivery.parts(case.stream, month)
    copies = again(sheet, sheet.rows[:], parts)
    case.delivery.write(sheet, parts)
    return damage([sheet, *([parts] if parts else [])], copies)


def _left(case: Case, rows: Callable[[list[Row]], list[Row]]) -> Damage:
    month = _month(case)
    sheet, parts = case.delivery.read(case.stream, month), case.delivery.parts(case.stream, month)
    left = rows(sheet.rows)
    kept = {id(row) for row in left}
    lost = [row for row in sheet.rows if id(row) not in kept]
    sheet.rows = left
    sheet.broken = sheet.broken if left else []
    if parts is not None:
        gone = {row[case.stream.key] for row in lost}
        parts.rows = [row for row in parts.rows if row[case.stream.part_key] not in gone]
    case.delivery.write(sheet, parts)
    return damage([sheet, *([parts] if parts else [])], lost)


def _halved(case: Case) -> Damage:
    return _left(case, lambda rows: rows[: len(rows) // 2])


def _emptied(case: Case) -> Damage:
    return _left(case, lambda rows: [])


def _one_owner(case: Case) -> Damage:
    sheet = case.delivery.read(case.stream, _month(case))
    owner = case.rng.choice(sorted(sheet.values(case.stream.owner)))
    for row in sheet.rows:
        row[case.stream.owner] = owner
    case.delivery.write(sheet)
    return damage(sheet, sheet.rows, (case.stream.owner,))


def _cancelled(case: Case) -> Damage:
    sheet = case.delivery.read(case.stream, _month(case))
    column = case.target.columns[0]
    value = {"estado": "Cancelado", "Estado": "Anulada"}[column]
    for row in sheet.rows:
        row[column] = value
    case.delivery.write(sheet)
    return damage(sheet, sheet.rows, (column,))


_AMOUNTS = (
    Target(streams.LINES, ("unit_price",)),
    Target(streams.INVOICES, ("Total",)),
    Target(streams.SPEND, ("Importe",)),
    Target(streams.DEALS, ("Importe",)),
)
FAMILY = "restated"
KINDS = (
    Kind(
        "month_restated_double",
        FAMILY,
        "amounts of a complete month are doubled",
        _AMOUNTS,
        _scaled("2"),
        "stops",
    ),
    Kind(
        "month_restated_half",
        FAMILY,
        "amounts of a complete month are halved",
        _AMOUNTS,
        _scaled("0.5"),
        "stops",
    ),
    Kind(
        "month_restated_cents",
        FAMILY,
        "amounts of a complete month are in cents",
        (*_AMOUNTS, *each_of(streams.STAFF_COSTS, "Salario")),
        _scaled("100"),
        "stops",
    ),
    Kind(
        "month_restated_tax",
        FAMILY,
        "amounts of a complete month have 21 % tax in them",
        _AMOUNTS,
        _scaled("1.21"),
        "warns",
    ),
    Kind(
        "history_restated_cents",
        FAMILY,
        "all amounts of the past are in cents",
        _AMOUNTS,
        _history_scaled,
        "stops",
    ),
    Kind(
        "month_rows_double",
        FAMILY,
        "a complete month has its rows twice, under other ids",
        on(streams.ORDERS, streams.INVOICES, streams.CALLS, streams.LEADS, streams.DEALS),
        _doubled,
        "stops",
    ),
    Kind(
        "month_rows_half",
        FAMILY,
        "a complete month loses the second half of its rows",
        on(streams.ORDERS, streams.INVOICES, streams.CALLS, streams.LEADS, streams.ACTIVITIES),
        _halved,
        "stops",
    ),
    Kind(
        "month_rows_gone",
        FAMILY,
        "a complete month's file becomes empty",
        on(streams.ORDERS, streams.INVOICES, streams.CALLS, streams.LEADS, streams.ACTIVITIES),
        _emptied,
        "stops",
    ),
    Kind(
        "month_one_owner",
        FAMILY,
        "a complete month is all of one rep",
        on(streams.DEALS, streams.LEADS, streams.ORDERS, streams.ACTIVITIES),
        _one_owner,
        "stops",
    ),
    Kind(
        "month_cancelled",
        FAMILY,
        "a complete month's orders or invoices are cancelled",
        (*each_of(streams.ORDERS, "estado"), *each_of(streams.INVOICES, "Estado")),
        _cancelled,
        "stops",
    ),
)
