"""Rows of some reps, a region, a queue, a channel or a status that do not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.gate_trials import streams
from tests.gate_trials.damages.duplicates import one_with_many
from tests.gate_trials.damages.gaps import IsLost, leave_out
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, each_of, on
from tests.gate_trials.sheets import Sheet


def _owners(case: Case) -> Damage:
    def of_owners(sheet: Sheet) -> IsLost:
        column = case.stream.owner
        owners = sorted(sheet.values(column))
        gone = set(case.rng.sample(owners, max(1, round(len(owners) * case.size))))
        return lambda row: row[column] in gone

    return leave_out(case, of_owners)


def _owner(case: Case) -> Damage:
    return one_value(replace(case, target=Target(case.stream, (case.stream.owner,))))


def one_value(case: Case) -> Damage:
    """Without the rows of one of the values that a column has most often."""

    def of_value(sheet: Sheet) -> IsLost:
        column = case.target.columns[0]
        value = one_with_many(case, sheet, column)
        return lambda row: row[column] == value

    return leave_out(case, of_value)


def without(column: str, *values: str) -> Callable[[Case], Damage]:
    """Without the rows that have one of the values."""
    return lambda case: leave_out(case, lambda _: lambda row: row[column] in values)


def _region(case: Case) -> Damage:
    """The rows of the reps of one region."""
    users = case.delivery.regions()
    region = case.rng.choice(sorted(set(users.values())))
    column = case.stream.owner
    return leave_out(case, lambda _: lambda row: users.get(row[column]) == region)


def _large(case: Case) -> Damage:
    """The rows with the highest amounts."""
    column = case.target.columns[0]

    def above(sheet: Sheet) -> IsLost:
        amounts = sorted(row[column] for row in sheet.rows if not isinstance(row[column], str))
        limit = amounts[round(len(amounts) * (1 - case.size))]
        return lambda row: not isinstance(row[column], str) and row[column] >= limit

    return leave_out(case, above)


FAMILY = "gaps"
KINDS = (
    Kind(
        "third_of_owners_missing",
        FAMILY,
        "the rows of a third of the reps are missing",
        on(
            streams.DEALS,
            streams.LEADS,
            streams.ACTIVITIES,
            streams.CALLS,
            streams.STATES,
            streams.TASKS,
        ),
        _owners,
        "stops",
        (0.33, 0.5),
    ),
    Kind(
        "owner_missing",
        FAMILY,
        "the rows of one rep are missing",
        on(streams.DEALS, streams.LEADS, streams.ACTIVITIES, streams.CALLS, streams.ORDERS),
        _owner,
        "warns",
    ),
    Kind(
        "region_missing",
        FAMILY,
        "the rows of one region's reps are missing",
        on(streams.DEALS, streams.LEADS, streams.ORDERS, streams.ACTIVITIES),
        _region,
        "stops",
    ),
    Kind(
        "queue_missing",
        FAMILY,
        "the calls of one queue are missing",
        each_of(streams.CALLS, "queue"),
        one_value,
        "warns",
    ),
    Kind(
        "channel_missing",
        FAMILY,
        "the rows of one channel are missing",
        (
            *each_of(streams.LEADS, "Canal"),
            *each_of(streams.ORDERS, "canal"),
            *each_of(streams.SPEND, "Canal"),
            *each_of(streams.SOCIAL, "network"),
        ),
        one_value,
        "warns",
    ),
    Kind(
        "event_kind_missing",
        FAMILY,
        "no message was delivered, opened or clicked",
        (Target(streams.EMAILS, ("type",)),),
        lambda case: without("type", case.rng.choice(["delivered", "open", "sent"]))(case),
        "stops",
    ),
    Kind(
        "answered_missing",
        FAMILY,
        "answered calls are missing",
        (Target(streams.CALLS, ("disposition",)),),
        without("disposition", "ANSWERED"),
        "stops",
    ),
    Kind(
        "closed_deals_missing",
        FAMILY,
        "won and lost deals are missing",
        (Target(streams.DEALS, ("Estado",)),),
        without("Estado", "Ganada", "Perdida"),
        "stops",
    ),
    Kind(
        "large_rows_missing",
        FAMILY,
        "the rows with the highest amounts are missing",
        (*each_of(streams.INVOICES, "Total"), *each_of(streams.DEALS, "Importe")),
        _large,
        "warns",
        (0.1, 0.3),
    ),
)
