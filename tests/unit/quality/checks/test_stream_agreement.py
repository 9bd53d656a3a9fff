"""Gate 3: streams that tell of the same thing disagree since the last release; as far as they always did they may."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.quality.checks.stream_agreement import AGREEMENTS_FILE
from orchestration.quality.intended_changes import IntendedChanges
from orchestration.quality.kept_shares import KeptShares, Share
from orchestration.quality.registry import registered
from orchestration.quality.subjects import Definitions
from tests.unit.quality.agreements.companies import (
    CHECK,
    INVOICES,
    after_release,
    company,
    found,
    invoiced,
)
from tests.unit.quality.factories import gate_input, results

pytestmark = pytest.mark.slow


def test_a_share_that_grows_warns(tmp_path: Path) -> None:
    new = [
        invoiced(
            count=80, seq=2, first=600, amount="case when i % 8 = 0 then 250 else 100 + i % 7 end"
        )
    ]
    [check] = after_release(tmp_path, [INVOICES], new).values()
    assert (check.outcome, check.failures) == ("warn", 10)


def test_streams_that_never_agreed_do_not_stop(tmp_path: Path) -> None:
    before = [invoiced(count=600, seq=1, amount="i % 90")]
    assert after_release(tmp_path, before, [invoiced(count=80, seq=2, first=600)]) == {}


def test_a_first_release_is_recorded_and_not_judged(tmp_path: Path) -> None:
    landed, marts = invoiced(count=200, seq=1, order="null")
    assert found(company(tmp_path, landed=landed, marts=marts, seq=1)) == {}
    kept = KeptShares.read(tmp_path, AGREEMENTS_FILE)
    assert kept.of("agree.invoices.orders: name no order", "crm") == Share(200, 200)


def test_each_pair_of_streams_has_a_result(tmp_path: Path) -> None:
    company(tmp_path, landed=[], marts=[], seq=1)
    names = registered(CHECK).names_in(Definitions(manifest={}))
    assert [result.name for result in results(CHECK, gate_input(tmp_path))] == list(names)


def test_under_another_mapping_the_share_is_counted_from_the_start(tmp_path: Path) -> None:
    new = [invoiced(count=80, seq=2, first=600, order="null")]
    [stopped] = after_release(tmp_path, [INVOICES], new).values()
    assert stopped.outcome == "fail"
    changes = IntendedChanges("R1", frozenset({("crm", "invoices")}))
    candidate = gate_input(tmp_path / "now", previous=tmp_path / "before", changes=changes)
    assert {check.outcome for check in results(CHECK, candidate)} == {"pass"}
    kept = KeptShares.read(tmp_path / "now", AGREEMENTS_FILE)
    assert kept.of("agree.invoices.orders: name no order", "crm") == Share(80, 80)
