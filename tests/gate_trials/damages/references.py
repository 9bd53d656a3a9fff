"""Keys that match nothing, or the wrong thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.gate_trials import streams
from tests.gate_trials.damages.changes import change_rows, change_sheet, one_of_its_values
from tests.gate_trials.damages.records import Case, Damage, Kind, each_of

_BUSY = (
    *each_of(streams.LINES, "order_id", "sku"),
    *each_of(streams.ORDERS, "contact_id", "seller_id"),
    *each_of(streams.INVOICES, "Pedido"),
    *each_of(streams.DEALS, "Propietario", "Contacto", "Producto"),
    *each_of(streams.LEADS, "Contacto", "Campaña", "Propietario"),
    *each_of(streams.ACTIVITIES, "Propietario", "Lead"),
    *each_of(streams.TASKS, "Contacto", "Propietario"),
    *each_of(streams.EMAILS, "campaign_id", "crm_id"),
    *each_of(streams.SURVEYS, "Contacto", "Agente"),
    *each_of(streams.SPEND, "Campaña"),
    *each_of(streams.STAGES, "Oportunidad"),
    *each_of(streams.CALLS, "crm_contact"),
    *each_of(streams.SOCIAL, "campaign"),
)


def keys_become(change: Callable[[str], str]) -> Callable[[Case], Damage]:
    """The keys in the column are written otherwise."""

    def apply(case: Case) -> Damage:
        column = case.target.columns[0]
        return change_rows(
            case,
            lambda row: {column: change(str(row[column]))},
            which=lambda row: bool(row[column]),
        )

    return apply


def unknown_key(key: str) -> str:
    """A key of the same form that nothing has."""
    return f"{key.rstrip('0123456789')}{'9' * len(key.lstrip('ACDEFIKLMOPSTU'))}"


def _shuffled(case: Case) -> Damage:
    """Each row has another row's key: every one exists, none is right."""
    sheet, column = case.read(), case.target.columns[0]
    keys: list[Any] = [row[column] for row in sheet.rows if row[column]]
    case.rng.shuffle(keys)
    left = iter(keys)
    return change_sheet(
        case, sheet, lambda row: {column: next(left)}, which=lambda row: bool(row[column])
    )


FAMILY = "references"
KINDS = (
    Kind(
        "keys_match_nothing",
        FAMILY,
        "keys of a column match nothing",
        _BUSY,
        keys_become(unknown_key),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "some_keys_match_nothing",
        FAMILY,
        "some keys of a column match nothing",
        _BUSY,
        keys_become(unknown_key),
        "warns",
        (0.1, 0.3),
    ),
    Kind(
        "keys_of_states_and_calls",
        FAMILY,
        "extensions belong to nobody",
        (*each_of(streams.STATES, "extension"), *each_of(streams.CALLS, "extension")),
        keys_become(lambda key: f"9{key[1:]}"),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "keys_lower_case",
        FAMILY,
        "keys of a column are in lower case",
        _BUSY,
        keys_become(str.lower),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "keys_padded",
        FAMILY,
        "keys of a column have zeros in front of their digits",
        _BUSY,
        keys_become(lambda key: f"{key[0]}00{key[1:]}"),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "keys_without_prefix",
        FAMILY,
        "keys of a column have lost their letters",
        _BUSY,
        keys_become(lambda key: key.lstrip("ACDEFIKLMOPSTU")),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "keys_truncated",
        FAMILY,
        "keys of a column are cut short",
        _BUSY,
        keys_become(lambda key: key[:-2]),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "keys_of_another_kind",
        FAMILY,
        "a column holds keys of something else",
        _BUSY,
        keys_become(lambda key: f"X{key[1:]}"),
        "stops",
        (0.5, 1),
    ),
    Kind(
        "one_key",
        FAMILY,
        "all rows refer to the same one",
        (
            *each_of(streams.INVOICES, "Pedido"),
            *each_of(streams.DEALS, "Contacto", "Producto"),
            *each_of(streams.TASKS, "Contacto"),
            *each_of(streams.EMAILS, "crm_id"),
            *each_of(streams.ORDERS, "contact_id"),
            *each_of(streams.LINES, "sku"),
            *each_of(streams.ACTIVITIES, "Lead"),
        ),
        one_of_its_values,
        "stops",
    ),
    Kind(
        "keys_shuffled",
        FAMILY,
        "rows have one another's keys",
        (
            *each_of(streams.INVOICES, "Pedido"),
            *each_of(streams.LINES, "order_id"),
            *each_of(streams.STAGES, "Oportunidad"),
            *each_of(streams.LEADS, "Contacto"),
        ),
        _shuffled,
        "warns",
    ),
)
