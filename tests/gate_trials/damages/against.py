"""Streams that do not agree with one another: each plausible by itself."""

from __future__ import annotations

import shutil
from datetime import timedelta

from tests.gate_trials import streams
from tests.gate_trials.damages.changes import change_rows, change_sheet
from tests.gate_trials.damages.duplicates import numbered, shifted
from tests.gate_trials.damages.gaps import header_only, leave_out
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, damage, each_of, on
from tests.gate_trials.damages.references import keys_become, unknown_key


def _deals_without_orders(case: Case) -> Damage:
    """The orders that won deals became are missing."""
    return leave_out(case, lambda _: lambda row: bool(row["deal_id"]))


def _orders_of_nobody(case: Case) -> Damage:
    return leave_out(case, lambda _: lambda row: row["contact_id"] in (None, ""))


def _stages_of_others(case: Case) -> Damage:
    """Changes of stage stand on the deal before."""

    def before(key: str) -> str:
        number = int(key.lstrip("D"))
        return f"D{max(0, number - 40):0{len(key) - 1}d}"

    return keys_become(before)(case)


def _last_stage_lost(case: Case) -> Damage:
    """Deals are closed without ever entering the stage that closes them."""
    return leave_out(case, lambda _: lambda row: row["Etapa"] in ("Ganada", "Perdida"))


def _won_in_stages_only(case: Case) -> Damage:
    """Stages say that deals are won; the deals are open."""
    return change_rows(
        case,
        lambda row: {"Etapa": "Negociación", "Estado": "Abierta", "Cerrado": None},
        columns=("Etapa", "Estado", "Cerrado"),
        which=lambda row: row["Estado"] in ("Ganada", "Perdida"),
    )


def _no_calls_in_states(case: Case) -> Damage:
    return leave_out(case, lambda _: lambda row: row["state"] == "ONCALL")


def _states_of_another_week(case: Case) -> Damage:
    names = case.stream.moments
    return change_rows(case, lambda row: shifted(row, names, 7 * 86_400), columns=names)


def _calls_of_the_idle(case: Case) -> Damage:
    """Calls are of agents who were not there: an agent's calls and another's states."""
    return keys_become(
        lambda key: str(2001 + (int(key) - 2001 + 7) % 28) if key.isdigit() else key
    )(case)


def _last_year_again(case: Case) -> Damage:
    """The file of the same month a year ago is delivered as the new month's."""
    sheet = case.read()
    year, month = case.delivery.month.split("-")
    before = case.delivery.path(case.stream, f"{int(year) - 1}-{month}")
    sheet.path.unlink()
    shutil.copyfile(before, sheet.path)
    return damage(sheet, sheet.rows)


def _month_before_instead(case: Case) -> Damage:
    """The file of the month before is delivered as the new month's."""
    sheet = case.read()
    before = case.delivery.path(case.stream, case.delivery.earlier_months(case.stream)[-1])
    sheet.path.unlink()
    shutil.copyfile(before, sheet.path)
    return damage(sheet, sheet.rows)


def _other_orders(case: Case) -> Damage:
    """Invoices are of orders that another company's shop took."""
    return keys_become(numbered)(case)


def _lines_of_others(case: Case) -> Damage:
    """Half of the orders have the lines of the other half too."""
    sheet = case.read()
    orders = [str(order) for order in sheet.values("order_id")]
    taken = set(orders[::2])
    other = dict(zip(orders[::2], orders[1::2], strict=False))
    rows = [row for row in sheet.rows if row["order_id"] in taken and row["order_id"] in other]
    for row in rows:
        row["order_id"] = other[row["order_id"]]
        row["line_no"] = row["line_no"] + 50
    case.delivery.write(sheet)
    return damage(sheet, rows, ("order_id",))


def _test_rows(case: Case) -> Damage:
    """Somebody's load test: orders of one customer, a second apart."""
    sheet, lines = case.read(), case.delivery.read(streams.LINES)
    model = case.rng.choice([row for row in sheet.rows if row["contact_id"]])
    count = round(len(sheet.rows) * case.size)
    model_lines = [row for row in lines.rows if row["order_id"] == model["order_id"]] or lines.rows[
        :1
    ]
    rows = []
    for number in range(count):
        key = f"O8{number:06d}"
        rows.append(
            model | {"order_id": key, "ordered_at": model["ordered_at"] + timedelta(seconds=number)}
        )
        lines.rows += [row | {"order_id": key} for row in model_lines]
    sheet.rows += rows
    case.delivery.write(sheet, lines)
    return damage([sheet, lines], rows)


def _recipients_unknown(case: Case) -> Damage:
    """Messages went to another list."""
    sheet = case.read()
    return change_sheet(
        case,
        sheet,
        lambda row: {"email": f"x{row['message_id'].lower()}@otra.example", "crm_id": None},
        columns=("email", "crm_id"),
    )


FAMILY = "against"
KINDS = (
    Kind(
        "invoices_of_no_order",
        FAMILY,
        "invoices are of orders that there are not",
        each_of(streams.INVOICES, "Pedido"),
        _other_orders,
        "stops",
        (0.5, 1),
    ),
    Kind(
        "won_deals_without_orders",
        FAMILY,
        "won deals became no orders",
        (Target(streams.ORDERS, ("deal_id",)),),
        _deals_without_orders,
        "warns",
    ),
    Kind(
        "orders_of_nobody_missing",
        FAMILY,
        "orders without a contact are missing",
        (Target(streams.ORDERS),),
        _orders_of_nobody,
        "warns",
    ),
    Kind(
        "lines_of_other_orders",
        FAMILY,
        "half of the orders have the lines of the others",
        (Target(streams.LINES, ("order_id",)),),
        _lines_of_others,
        "stops",
    ),
    Kind(
        "stages_of_other_deals",
        FAMILY,
        "changes of stage are of other deals",
        each_of(streams.STAGES, "Oportunidad"),
        _stages_of_others,
        "stops",
        (0.5, 1),
    ),
    Kind(
        "closing_stage_missing",
        FAMILY,
        "no deal enters the stage that closes it",
        (Target(streams.STAGES, ("Etapa",)),),
        _last_stage_lost,
        "stops",
    ),
    Kind(
        "closed_in_stages_only",
        FAMILY,
        "stages close deals that are open",
        (Target(streams.DEALS, ("Estado",)),),
        _won_in_stages_only,
        "stops",
    ),
    Kind(
        "no_call_in_states",
        FAMILY,
        "agents are never on a call while calls are answered",
        (Target(streams.STATES, ("state",)),),
        _no_calls_in_states,
        "stops",
    ),
    Kind(
        "states_a_week_late",
        FAMILY,
        "agents' states are a week late",
        (Target(streams.STATES),),
        _states_of_another_week,
        "stops",
    ),
    Kind(
        "calls_of_other_agents",
        FAMILY,
        "calls are of agents who were not there",
        each_of(streams.CALLS, "extension"),
        _calls_of_the_idle,
        "stops",
    ),
    Kind(
        "spend_of_unknown_campaigns",
        FAMILY,
        "spend is of campaigns that there are not",
        each_of(streams.SPEND, "Campaña"),
        keys_become(unknown_key),
        "stops",
        (0.6, 1),
    ),
    Kind(
        "mailings_missing",
        FAMILY,
        "messages are of mailings that do not come",
        (Target(streams.MAILINGS),),
        header_only,
        "stops",
    ),
    Kind(
        "recipients_unknown",
        FAMILY,
        "messages went to people that nobody knows",
        (Target(streams.EMAILS, ("email", "crm_id")),),
        _recipients_unknown,
        "stops",
        (0.6, 1),
    ),
    Kind(
        "same_month_last_year",
        FAMILY,
        "last year's file comes as this month's",
        on(
            streams.ORDERS,
            streams.CALLS,
            streams.INVOICES,
            streams.ACTIVITIES,
            streams.TARGETS,
            streams.SPEND,
        ),
        _last_year_again,
        "stops",
    ),
    Kind(
        "month_before_instead",
        FAMILY,
        "the file of the month before comes as this month's",
        on(
            streams.ORDERS,
            streams.CALLS,
            streams.INVOICES,
            streams.ACTIVITIES,
            streams.SPEND,
            streams.EMAILS,
        ),
        _month_before_instead,
        "stops",
    ),
    Kind(
        "test_rows",
        FAMILY,
        "a load test's orders are in the file",
        (Target(streams.ORDERS),),
        _test_rows,
        "stops",
        (0.5, 1),
    ),
)
