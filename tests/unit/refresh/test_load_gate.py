"""Gate 1 in a refresh: which loads are checked, quarantined and reinstated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.core.records import CheckResult, LandingResult, Load, Waiver
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.quarantined_loads import quarantined_loads
from orchestration.quality import StandingExceptions
from orchestration.refresh.load_gate import (
    check_new_loads,
    load_limits,
    loads_to_check,
    waived_loads,
)
from orchestration.settings import ExceptionSpec, Home
from orchestration.settings.workspace import Workspace
from tests.unit.ingestion.factories import Company
from tests.unit.publication.factories import make_release
from tests.waivers import waiver_of


def load(load_id: str) -> Load:
    return Load(
        load_id=load_id, load_seq=1, source="crm", stream="orders", landed_at=datetime(2026, 7, 1),
        rows_read=1, rows_landed=1, rows_quarantined=0, rows_skipped=0, files=(), size_bytes=1,
    )  # fmt: skip


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Calls, of which a load that shrinks is quarantined."""
    return Company(tmp_path).map(
        "calls",
        {
            "files": "calls_*.csv",
            "columns": {
                "call_id": "id",
                "started_at": "at",
                "direction": {"value": "inbound"},
                "disposition": {"value": "answered"},
            },
        },
        format={"type": "csv"},
        on_breach={"volume": "quarantine"},
    )


def land(company: Company, name: str, rows: int) -> LandingResult:
    lines = "".join(f"{name}-{n},2026-06-30T10:00:00\n" for n in range(rows))
    company.drop(f"calls_{name}.csv", f"id,at\n{lines}")
    return company.land()


def quarantined(home: Home) -> list[str]:
    with Ledger(home.ledger) as ledger:
        return [kept_back.check for kept_back in quarantined_loads(ledger)]


def outcomes(company: Company, landed: LandingResult, waivers: dict[str, Waiver]) -> list[str]:
    """How the checks of volume ended, one per load that no release has."""
    return [check.outcome for check in volume_checks(company, landed, waivers)]


def volume_checks(
    company: Company, landed: LandingResult, waivers: dict[str, Waiver]
) -> list[CheckResult]:
    workspace = Workspace(settings=company.settings(), home=company.home)
    checks = check_new_loads(workspace, landed, run_id="run", waivers=waivers)
    return [check for check in checks if check.title == "loads.volume on crm.calls"]


def test_loads_that_a_release_or_a_person_has_passed_are_not_checked_again() -> None:
    counting = [load("l1"), load("l2"), load("l3")]
    loads = loads_to_check(counting, quarantined=[load("l0")], released=["l1"], settled=["l3"])
    assert [checked.load_id for checked in loads] == ["l2", "l0"]


def test_a_shrunken_load_is_quarantined_until_it_is_waived(company: Company) -> None:
    for name in ("a", "b"):
        assert "warn" not in outcomes(company, land(company, name, 100), {})
    failed = next(
        check
        for check in volume_checks(company, land(company, "c", 5), {})
        if check.outcome == "warn"
    )
    assert quarantined(company.home) == ["loads.volume"]
    assert waived_loads(company.home, {}) == []

    other = replace(failed, observed="99 rows instead of 5", failures=0)
    outcomes(company, LandingResult(loads=()), {other.title: waiver_of(other)})
    assert quarantined(company.home) == ["loads.volume"], "it was granted for something else"
    waivers = {failed.title: waiver_of(failed)}
    assert [waived.stream for waived in waived_loads(company.home, waivers)] == ["calls"]
    outcomes(company, LandingResult(loads=()), waivers)
    assert quarantined(company.home) == []


def test_a_shrunken_load_is_quarantined_until_an_exception_covers_it(company: Company) -> None:
    for name, rows in (("a", 100), ("b", 100), ("c", 5)):
        outcomes(company, land(company, name, rows), {})
    assert quarantined(company.home) == ["loads.volume"]
    spec = ExceptionSpec(
        check="loads.volume", reason="a slow day", until=date.today() + timedelta(days=9)
    )
    exceptions = StandingExceptions((spec,), date.today())
    assert [load.stream for load in waived_loads(company.home, {}, exceptions)] == ["calls"]
    limited = StandingExceptions((spec.model_copy(update={"limits": {"failing_rows": 1}}),))
    assert waived_loads(company.home, {}, limited) == [], "nobody knows yet whether it is enough"
    settings = company.settings().model_copy(update={"exceptions": (spec,)})
    workspace = Workspace(settings=settings, home=company.home)
    check_new_loads(workspace, LandingResult(loads=()), run_id="run", waivers={})
    assert quarantined(company.home) == []


def test_limits_are_those_of_each_source(company: Company) -> None:
    company.source["limits"] = {"silent_days": 3}
    limits = load_limits(company.settings()).of("crm")
    assert limits.limits["silent_days"] == 3
    assert limits.policy("loads.volume") == "quarantine"


def test_with_a_corrupt_release_every_load_is_checked(company: Company) -> None:
    """All history is rebuilt then, so no load counts as released."""
    landed = land(company, "a", 10)
    make_release(company.home, "run-1", amount=1)
    (company.home.current / "marts.duckdb").unlink()
    assert outcomes(company, landed, {}) == ["pass"]


def test_rows_in_quarantine_that_stop_a_refresh_are_named(company: Company) -> None:
    company.drop("calls_a.csv", "id,at\n1,2026-06-30T10:00:00\n2,yesterday\n")
    workspace = Workspace(settings=company.settings(), home=company.home)
    landed = company.land()
    checks = check_new_loads(workspace, landed, run_id="run", waivers={})
    (check,) = (check for check in checks if check.name == "loads.quarantine_share")
    assert check.outcome == "fail"
    assert "(e.g. calls_a.csv line 3: started_at: found 'yesterday', expected" in check.observed
