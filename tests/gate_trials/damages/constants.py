"""Columns that changed their nature: constant, nearly so, other shares, new words, other numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.gate_trials import streams
from tests.gate_trials.damages.changes import (
    change_rows,
    change_sheet,
    most_common_in_all,
    one_of_its_values,
    set_column,
)
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, each_of

OWNERS = (
    *each_of(streams.DEALS, "Propietario"),
    *each_of(streams.LEADS, "Propietario"),
    *each_of(streams.ACTIVITIES, "Propietario"),
    *each_of(streams.TASKS, "Propietario"),
    *each_of(streams.ORDERS, "seller_id"),
)
_CATEGORIES = (
    *each_of(streams.LEADS, "Canal"),
    *each_of(streams.CALLS, "queue", "direction"),
    *each_of(streams.ORDERS, "canal"),
    *each_of(streams.ACTIVITIES, "Tipo"),
    *each_of(streams.SOCIAL, "network", "kind"),
    *each_of(streams.DEALS, "Embudo", "Tipo"),
    *each_of(streams.STATES, "state"),
    *each_of(streams.SPEND, "Canal"),
)


def _closed(status: str) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        stage = status

        def closed(row: dict[str, object]) -> dict[str, object]:
            return {
                "Estado": status,
                "Etapa": stage,
                "Cerrado": row["Cerrado"] or row["Modificado"],
            }

        return change_rows(case, closed, columns=("Estado", "Etapa", "Cerrado"))

    return apply


def _tasks_done(case: Case) -> Damage:
    sheet = case.read()
    times = [row["Terminada"] for row in sheet.rows if isinstance(row["Terminada"], datetime)]
    return change_sheet(
        case,
        sheet,
        lambda row: {"Terminada": row["Terminada"] or max(row["Creada"], max(times))},
        which=lambda row: isinstance(row["Creada"], datetime),
    )


def _swapped_words(*pairs: tuple[str, str]) -> Callable[[Case], Damage]:
    names = {one: other for pair in pairs for one, other in (pair, pair[::-1])}

    def apply(case: Case) -> Damage:
        column = case.target.columns[0]
        return change_rows(
            case, lambda row: {column: names[row[column]]}, which=lambda row: row[column] in names
        )

    return apply


def _won_is_lost(case: Case) -> Damage:
    other = {"Ganada": "Perdida", "Perdida": "Ganada"}
    return change_rows(
        case,
        lambda row: {"Estado": other[row["Estado"]], "Etapa": other[row["Estado"]]},
        which=lambda row: row["Estado"] in other,
    )


def _shares_moved(case: Case) -> Damage:
    """Rows of the most common value become rows of the rarest."""
    sheet, column = case.read(), case.target.columns[0]
    held = [row[column] for row in sheet.rows if row[column] not in (None, "")]
    most, least = (choose(sorted(set(held)), key=held.count) for choose in (max, min))
    return change_sheet(
        case, sheet, lambda row: {column: least}, which=lambda row: row[column] == most
    )


FAMILY = "constants"
KINDS = (
    Kind("one_owner", FAMILY, "one rep owns everything", OWNERS, one_of_its_values, "stops"),
    Kind(
        "one_category", FAMILY, "a category has one value", _CATEGORIES, most_common_in_all, "stops"
    ),
    Kind(
        "nearly_one_category",
        FAMILY,
        "a category has nearly always one value",
        _CATEGORIES,
        one_of_its_values,
        "stops",
        (0.93, 0.98),
    ),
    Kind(
        "one_email",
        FAMILY,
        "everybody has the same e-mail",
        (
            *each_of(streams.CONTACTS, "Correo"),
            *each_of(streams.LEADS, "Correo"),
            *each_of(streams.EMAILS, "email"),
        ),
        one_of_its_values,
        "stops",
    ),
    Kind(
        "all_tasks_done",
        FAMILY,
        "every task is done",
        each_of(streams.TASKS, "Terminada"),
        _tasks_done,
        "stops",
    ),
    Kind(
        "all_deals_won",
        FAMILY,
        "every deal is won",
        (Target(streams.DEALS),),
        _closed("Ganada"),
        "stops",
    ),
    Kind(
        "all_deals_lost",
        FAMILY,
        "every deal is lost",
        (Target(streams.DEALS),),
        _closed("Perdida"),
        "stops",
    ),
    Kind(
        "won_is_lost",
        FAMILY,
        "won deals are lost, lost ones won",
        (Target(streams.DEALS, ("Estado",)),),
        _won_is_lost,
        "stops",
    ),
    Kind(
        "orders_cancelled",
        FAMILY,
        "every order is cancelled",
        each_of(streams.ORDERS, "estado"),
        set_column("Cancelado"),
        "stops",
    ),
    Kind(
        "invoices_void",
        FAMILY,
        "every invoice is void",
        each_of(streams.INVOICES, "Estado"),
        set_column("Anulada"),
        "stops",
    ),
    Kind(
        "calls_abandoned",
        FAMILY,
        "every call is abandoned",
        each_of(streams.CALLS, "disposition"),
        set_column("ABANDONED"),
        "stops",
    ),
    Kind(
        "messages_bounced",
        FAMILY,
        "every message bounces",
        each_of(streams.EMAILS, "type"),
        set_column("bounce"),
        "stops",
    ),
    Kind(
        "machines_only",
        FAMILY,
        "every opening is a machine's",
        each_of(streams.EMAILS, "bot"),
        set_column(True),
        "stops",
    ),
    Kind(
        "directions_swapped",
        FAMILY,
        "incoming calls are outgoing ones and the reverse",
        each_of(streams.CALLS, "direction"),
        _swapped_words(("in", "out")),
        "stops",
    ),
    Kind(
        "shares_moved",
        FAMILY,
        "most of a common category's rows are of a rare one",
        _CATEGORIES,
        _shares_moved,
        "warns",
        (0.5, 0.8),
    ),
)
