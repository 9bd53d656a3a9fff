"""Targets and costs that do not fit the periods and people that there are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tests.gate_trials.damages.changes import change_rows, times
from tests.gate_trials.damages.gaps import leave_out
from tests.gate_trials.damages.records import Case, Damage, Kind, Target, each_of
from tests.gate_trials.streams import STAFF_COSTS, TARGETS


def _targets_of_last_year(case: Case) -> Damage:
    return change_rows(case, lambda row: {"Mes": f"{row['Mes'][:3]}2025"}, columns=("Mes",))


def _without_scope(scope: str) -> Callable[[Case], Damage]:
    def apply(case: Case) -> Damage:
        sheet = case.read()
        keys = sorted({row["Clave"] for row in sheet.rows if row["Ámbito"] == scope})
        gone = case.rng.choice(keys)
        return leave_out(
            case, lambda _: lambda row: row["Ámbito"] == scope and row["Clave"] == gone
        )

    return apply


def _only_company(case: Case) -> Damage:
    return leave_out(case, lambda _: lambda row: row["Ámbito"] != "empresa")


def _regions_do_not_add_up(case: Case) -> Damage:
    return change_rows(
        case,
        lambda row: {"Objetivo": row["Objetivo"] * Decimal("1.6")},
        columns=("Objetivo",),
        which=lambda row: row["Ámbito"] == "zona",
    )


def _costs_of_fewer(case: Case) -> Damage:
    def some(sheet: object) -> Callable[[dict[str, object]], bool]:
        users = sorted(case.read().values("Usuario"))
        gone = set(case.rng.sample(users, round(len(users) * case.size)))
        return lambda row: row["Usuario"] in gone

    return leave_out(case, some)


FAMILY = "against"
KINDS = (
    Kind(
        "targets_of_last_year",
        FAMILY,
        "targets are of last year's months",
        (Target(TARGETS),),
        _targets_of_last_year,
        "stops",
    ),
    Kind(
        "targets_doubled",
        FAMILY,
        "targets are twice what they were",
        each_of(TARGETS, "Objetivo"),
        times("2"),
        "warns",
    ),
    Kind(
        "targets_of_a_year",
        FAMILY,
        "each month has the year's target",
        each_of(TARGETS, "Objetivo"),
        times("12"),
        "stops",
    ),
    Kind(
        "targets_of_a_region_missing",
        FAMILY,
        "one region has no target",
        (Target(TARGETS),),
        _without_scope("zona"),
        "warns",
    ),
    Kind(
        "targets_of_company_only",
        FAMILY,
        "only the company has a target",
        (Target(TARGETS),),
        _only_company,
        "warns",
    ),
    Kind(
        "targets_do_not_add_up",
        FAMILY,
        "regions' targets are more than the company's",
        each_of(TARGETS, "Objetivo"),
        _regions_do_not_add_up,
        "warns",
    ),
    Kind(
        "costs_of_fewer_people",
        FAMILY,
        "people who work have no costs",
        (Target(STAFF_COSTS),),
        _costs_of_fewer,
        "warns",
        (0.33, 0.6),
    ),
)
