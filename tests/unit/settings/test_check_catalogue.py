"""The catalogue of checks: which names there may be, by the registry, the contract and the families."""

from __future__ import annotations

import pytest

from orchestration.settings.check_catalogue import (
    all_limits,
    catalogue,
    is_named,
    names_of,
)
from orchestration.settings.contract_loading import load_contract


def called(check: str) -> list[str]:
    contract = load_contract()
    return [
        entry.name for entry in catalogue() if entry.is_called(check, names_of(entry, contract))
    ]


@pytest.mark.parametrize(
    ("check", "entries"),
    [
        ("values.orders", ["values.<stream>"]),
        ("values.<stream>", ["values.<stream>"]),
        ("values.order", []),
        ("agree.*", ["agree.<stream>.<stream>", "agree.targets.periods"]),
        ("agree.orders.orders", []),
        ("history.revenue", ["history.<measure>"]),
        ("words.orders.status", ["words.<stream>.<column>"]),
        ("metric.revenue", ["metric.<metric>"]),
        ("metric", []),
        ("dbt.*", ["dbt.models_built", "dbt.<test>"]),
        ("loads.vol*", ["loads.volume"]),
        ("loads.volum", []),
    ],
)
def test_what_a_name_may_mean(check: str, entries: list[str]) -> None:
    assert called(check) == entries


def test_limits_of_loads_are_a_part_of_all() -> None:
    assert set(all_limits(gates=(1,))) < set(all_limits())
    assert all_limits()["quarantine_share"].high == 1


def test_a_name_a_pattern_and_a_family_mean_a_check() -> None:
    for check in ("gaps.calls", "gaps.*", "gaps.<stream>"):
        assert is_named(check, name="gaps.calls", family="gaps.<stream>")
    assert not is_named("gaps.deals", name="gaps.calls", family="gaps.<stream>")
