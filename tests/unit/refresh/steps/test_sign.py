"""Signing: only a report without failures, with every required check, gets a receipt."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import GateReport, LandingResult, Receipt
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.waivers import all_waivers, grant_waiver
from orchestration.publication import Candidate, prepare_candidate, read_receipt
from orchestration.refresh.steps import sign as step
from orchestration.refresh.steps.build import Build
from orchestration.refresh.steps.sign import sign
from orchestration.settings import Home
from tests.unit.publication.factories import build
from tests.unit.refresh.factories import make_check, make_context
from tests.waivers import seen

REQUIRED = {"loads.volume": "all streams", "dbt.models_built": "all models"}
BUILT = Build(nodes=(), rows={}, unit_tests=False)


@pytest.fixture
def candidate(home: Home, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    monkeypatch.setattr(step, "required_checks", lambda *_, **__: REQUIRED)
    made = prepare_candidate(home, "run-1", full=True)
    build(made, amount=1)
    return made


def signed(home: Home, candidate: Candidate, *outcomes: str) -> Receipt:
    checks = tuple(
        make_check(name, outcome)  # type: ignore[arg-type]
        for name, outcome in zip(REQUIRED, outcomes, strict=False)
    )
    return sign(
        make_context(home),
        report=GateReport(run_id="run-1", checks=checks),
        landed=LandingResult(loads=()),
        candidate=candidate,
        built=BUILT,
    )


def test_the_receipt_names_every_check_and_the_bytes(home: Home, candidate: Candidate) -> None:
    receipt = signed(home, candidate, "pass", "warn")
    assert read_receipt(candidate.receipt).files == receipt.files
    assert set(receipt.files) == {"warehouse.duckdb", "marts.duckdb"}
    assert receipt.verdict == "warn"
    assert set(receipt.required) == set(REQUIRED)
    with duckdb.connect(str(candidate.marts), read_only=True) as connection:
        stored = connection.execute("select check_name from quality.checks order by all").fetchall()
    assert stored == [(name,) for name in sorted(REQUIRED)]


def test_a_failed_check_gets_none(home: Home, candidate: Candidate) -> None:
    with pytest.raises(GateFailed, match=r"dbt\.models_built"):
        signed(home, candidate, "pass", "fail")
    assert not candidate.receipt.exists()


def test_a_required_check_that_did_not_run_has_failed(home: Home, candidate: Candidate) -> None:
    with pytest.raises(GateFailed, match=r"did not run: dbt\.models_built"):
        signed(home, candidate, "pass")
    assert not candidate.receipt.exists()


def test_a_waiver_that_no_check_needed_stays_open(home: Home, candidate: Candidate) -> None:
    with Ledger(home.ledger) as ledger:
        grant_waiver(
            ledger, seen("loads.volume on crm.orders"), reason="a holiday", signed_by="ana"
        )
    signed(home, candidate, "pass", "pass")
    with Ledger(home.ledger) as ledger:
        assert [waiver.is_open for waiver in all_waivers(ledger)] == [True]
