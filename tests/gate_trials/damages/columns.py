"""Columns that hold what another should, or nothing: emptied, renumbered, permuted, swapped, shifted."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.gate_trials import streams
from tests.gate_trials.damages.changes import change_rows, change_sheet, permuted, set_column
from tests.gate_trials.damages.constants import OWNERS
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, damage, each_of


def _one_day(case: Case) -> Damage:
    sheet = case.read()
    day = case.rng.choice(sheet.days())

    def on_that_day(row: dict[str, object]) -> dict[str, object]:
        at = row[case.stream.at]
        assert isinstance(at, datetime)
        by = datetime.combine(day, at.time()) - at
        moved = {}
        for name in case.stream.moments:
            value = row[name]
            moved[name] = value + by if isinstance(value, datetime) else value
        return moved

    return change_sheet(
        case,
        sheet,
        on_that_day,
        columns=case.stream.moments,
        which=lambda row: isinstance(row[case.stream.at], datetime),
    )


def _no_time_of_day(case: Case) -> Damage:
    names = case.stream.moments

    def at_midnight(row: dict[str, object]) -> dict[str, object]:
        return {
            name: value.replace(hour=0, minute=0, second=0)
            for name in names
            if isinstance(value := row[name], datetime)
        }

    return change_rows(case, at_midnight, columns=names)


def _ended_first(case: Case) -> Damage:
    start, end = case.target.columns

    def swapped(row: dict[str, object]) -> dict[str, object]:
        at = row[start]
        assert isinstance(at, datetime)
        return {end: at - timedelta(minutes=10)}

    return change_rows(
        case, swapped, which=lambda row: isinstance(row[start], datetime) and bool(row[end])
    )


def _swapped_columns(case: Case) -> Damage:
    one, other = case.target.columns
    return change_rows(case, lambda row: {one: row[other], other: row[one]})


def _shifted_columns(case: Case) -> Damage:
    """The values stand one column further right from the second on."""
    sheet = case.read()
    columns = sheet.columns
    rows = case.some(sheet.rows)
    for row in rows:
        values = [row[name] for name in columns]
        row.update(zip(columns[1:], [values[-1], *values[1:-1]], strict=True))
    case.delivery.write(sheet)
    return damage(sheet, rows, columns[1:])


def _renumbered(case: Case) -> Damage:
    """Extensions of another exchange."""
    column = case.target.columns[0]
    return change_rows(
        case,
        lambda row: {column: str(int(row[column]) + 5000)},
        which=lambda row: (row[column] or "").isdigit(),
    )


FAMILY = "columns"
KINDS = (
    Kind(
        "column_emptied",
        FAMILY,
        "a column is empty",
        (
            *OWNERS,
            *each_of(streams.DEALS, "Importe"),
            *each_of(streams.CALLS, "queue"),
            *each_of(streams.LEADS, "Canal"),
            *each_of(streams.ORDERS, "canal"),
            *each_of(streams.EMAILS, "crm_id"),
        ),
        set_column(None),
        "stops",
    ),
    Kind(
        "column_half_empty",
        FAMILY,
        "a column is half empty",
        (
            *OWNERS,
            *each_of(streams.DEALS, "Importe"),
            *each_of(streams.LEADS, "Canal"),
            *each_of(streams.SURVEYS, "Agente"),
        ),
        set_column(None),
        "stops",
        (0.5, 0.8),
    ),
    Kind(
        "one_day",
        FAMILY,
        "everything happened on one day",
        tuple(
            map(
                Target,
                (streams.LEADS, streams.DEALS, streams.CALLS, streams.ORDERS, streams.ACTIVITIES),
            )
        ),
        _one_day,
        "stops",
    ),
    Kind(
        "no_time_of_day",
        FAMILY,
        "times have lost their hours",
        tuple(
            map(
                Target,
                (streams.LEADS, streams.CALLS, streams.ORDERS, streams.ACTIVITIES, streams.SOCIAL),
            )
        ),
        _no_time_of_day,
        "stops",
    ),
    Kind(
        "ended_before_started",
        FAMILY,
        "rows end before they begin",
        (
            Target(streams.CALLS, ("started", "ended")),
            Target(streams.STATES, ("started", "ended")),
            Target(streams.ACTIVITIES, ("Inicio", "Fin")),
        ),
        _ended_first,
        "stops",
        (0.2, 1),
    ),
    Kind(
        "columns_swapped",
        FAMILY,
        "two columns are swapped",
        (
            Target(streams.CALLS, ("wait_s", "talk_s")),
            Target(streams.LEADS, ("Contacto", "Cuenta")),
            Target(streams.CALLS, ("src", "dst")),
            Target(streams.ORDERS, ("account_id", "contact_id")),
            Target(streams.INVOICES, ("Factura", "Pedido")),
        ),
        _swapped_columns,
        "stops",
    ),
    Kind(
        "columns_shifted",
        FAMILY,
        "values stand a column further right",
        tuple(map(Target, (streams.LEADS, streams.DEALS, streams.CALLS, streams.INVOICES))),
        _shifted_columns,
        "stops",
        (0.5, 1),
    ),
    Kind(
        "extensions_renumbered",
        FAMILY,
        "all agents have another extension",
        (*each_of(streams.CALLS, "extension"), *each_of(streams.STATES, "extension")),
        _renumbered,
        "stops",
    ),
    Kind(
        "agents_permuted",
        FAMILY,
        "agents have one another's extensions",
        (*each_of(streams.CALLS, "extension"), *each_of(streams.STATES, "extension")),
        permuted,
        "stops",
    ),
    Kind("owners_permuted", FAMILY, "reps have one another's rows", OWNERS, permuted, "warns"),
    Kind(
        "categories_permuted",
        FAMILY,
        "the words of a category stand for one another",
        (
            *each_of(streams.LEADS, "Canal"),
            *each_of(streams.CALLS, "disposition"),
            *each_of(streams.EMAILS, "type"),
            *each_of(streams.STATES, "state"),
        ),
        permuted,
        "stops",
    ),
    Kind(
        "new_category",
        FAMILY,
        "rows have a word that was never there",
        (
            *each_of(streams.CALLS, "queue"),
            *each_of(streams.LEADS, "Canal"),
            *each_of(streams.ORDERS, "canal"),
            *each_of(streams.SOCIAL, "network"),
            *each_of(streams.CONTACTS, "Cargo"),
            *each_of(streams.DEALS, "Embudo"),
        ),
        set_column("Nuevo"),
        "warns",
        (0.2, 0.5),
    ),
)
