"""Profiles of loads, as text of `quality`."""

from __future__ import annotations

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.profiles import load_profiles, record_profile
from tests.unit.ingestion.ledger.factories import enter_load, file_part


def test_profiles_of_those_loads_that_have_one(ledger: Ledger) -> None:
    for number in (1, 2):
        enter_load(ledger, number, file_part(f"{number}.csv"))
    record_profile(ledger, "load-1", "{}")
    record_profile(ledger, "load-1", '{"rows": 3}')
    assert load_profiles(ledger, ["load-1", "load-2"]) == {"load-1": '{"rows": 3}'}
