"""Honest changes: each can be done, and changes what it says and no more."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.gate_trials.base import Base, write_company
from tests.gate_trials.delivery import Delivery
from tests.gate_trials.honest import HONEST, Honest
from tests.gate_trials.streams import CALLS, LEADS, LINES, ORDERS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def honest_bases(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], Base]:
    bases = {}
    for key in sorted({(change.month, change.small_start) for change in HONEST}):
        folder = tmp_path_factory.mktemp("honest")
        write_company(folder, company=101, scale=0.1, month=key[0], small_start=key[1])
        bases[key] = Base(folder, key[0])
    return bases


@pytest.fixture
def changed(
    honest_bases: dict[tuple[str, bool], Base], tmp_path: Path, request: pytest.FixtureRequest
) -> tuple[Delivery, Delivery]:
    """The month without and with the change."""
    change: Honest = request.param
    base = honest_bases[change.month, change.small_start]
    before, after = base.copy(tmp_path / "before"), base.copy(tmp_path / "after")
    change.apply(after, Random(1))
    return before, after


def _named(*names: str) -> list[Honest]:
    return [change for change in HONEST if not names or change.name in names]


@pytest.mark.parametrize("changed", _named(), indirect=True, ids=lambda change: change.name)
def test_ids_stay_unique(changed: tuple[Delivery, Delivery]) -> None:
    """No honest change is a duplicate in disguise."""
    for stream in (LEADS, ORDERS, CALLS):
        before, after = (
            [row[stream.key] for row in delivery.read(stream).rows] for delivery in changed
        )
        assert len(after) - len(set(after)) <= len(before) - len(set(before))


@pytest.mark.parametrize("changed", _named("growth"), indirect=True)
def test_growth_is_of_about_30_percent(changed: tuple[Delivery, Delivery]) -> None:
    for stream in (LEADS, ORDERS):
        before, after = (len(delivery.read(stream).rows) for delivery in changed)
        assert 1.1 < after / before < 1.5


@pytest.mark.parametrize("changed", _named("price_rise"), indirect=True)
def test_a_price_rise_is_of_5_to_12_percent(changed: tuple[Delivery, Delivery]) -> None:
    before, after = (
        sum(row["unit_price"] for row in delivery.read(LINES).rows) for delivery in changed
    )
    assert 1.045 < after / before < 1.125


@pytest.mark.parametrize("changed", _named("new_region"), indirect=True)
def test_a_new_region_has_users_and_work(changed: tuple[Delivery, Delivery]) -> None:
    before, after = changed
    assert set(after.regions().values()) - set(before.regions().values()) == {"Galicia"}
    new = {user for user, region in after.regions().items() if region == "Galicia"}
    assert new & set(after.read(ORDERS).values("seller_id"))
    assert new & set(after.read(CALLS).values("extension"))


@pytest.mark.parametrize("changed", _named("christmas"), indirect=True)
def test_nobody_calls_at_christmas(changed: tuple[Delivery, Delivery]) -> None:
    calls = changed[1].read(CALLS)
    assert max(f"{day}" for day in calls.days()) < "2025-12-24"
