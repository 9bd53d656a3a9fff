"""Landing: what it takes to go on after gate 1. Landing itself is tested with `ingestion`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration.core.errors import GateFailed, SourceError
from orchestration.core.records import CheckResult, LandingResult, RejectedFile, SourceFailure
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.rejected_files import reject_file
from orchestration.ingestion.ledger.runs import recent_refreshes
from orchestration.ingestion.ledger.seen_files import SeenFile
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.refresh.staleness import Staleness
from orchestration.refresh.steps import land as step
from orchestration.refresh.steps.land import (
    Landing,
    fetch,
    land,
    require_loads,
    require_rows,
    require_sources,
)
from orchestration.settings import Home
from tests.unit.ingestion.ledger.factories import enter_load, file_part
from tests.unit.publication.factories import make_release
from tests.unit.refresh.factories import STATE, make_check, make_context

DOWN = SourceFailure(source="crm", stream="deals", reason="crm is down", is_fatal=True)
STALE = Staleness(("1 new load(s)",))


def landing(*checks: CheckResult, failures: tuple[SourceFailure, ...] = ()) -> Landing:
    return Landing(LandingResult(loads=(), failures=failures), checks, STALE)


def test_a_fatal_failure_of_a_source_stops_the_refresh() -> None:
    failed = make_check("loads.sources_answered", "fail", subject="crm")
    with pytest.raises(SourceError, match="crm is down"):
        require_sources(landing(failed, failures=(DOWN,)))


def test_a_waived_or_harmless_failure_does_not() -> None:
    waived = make_check("loads.sources_answered", "warn", subject="crm")
    require_sources(landing(waived, failures=(DOWN,)))
    failed = make_check("loads.sources_answered", "fail", subject="crm")
    harmless = SourceFailure(source="crm", stream="deals", reason="crm is down", is_fatal=False)
    require_sources(landing(failed, failures=(harmless,)))


def test_a_failed_check_stops_the_refresh(home: Home) -> None:
    context = make_context(home)
    require_loads(context, landing(make_check("loads.volume", "warn")))
    with pytest.raises(GateFailed, match=r"loads\.volume on crm\.orders"):
        require_loads(context, landing(make_check("loads.volume", "fail")))


def test_no_first_release_is_made_of_nothing(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        fault = RejectedFile("crm", "deals", "deals.ods", "deals.ods is no sheet")
        reject_file(ledger, fault, run_id="r1", file=SeenFile("deals.ods", 1, 1, "a", "b"))
    with pytest.raises(SourceError, match=r"(?s)Nothing was released.*deals\.ods is no sheet"):
        require_rows(make_context(home))


def test_checks_of_a_stream_are_those_of_all_its_sources() -> None:
    checks = [
        make_check("loads.volume", subject=subject)
        for subject in ("crm.orders", "shop.orders", "shop.order_lines", "crm")
    ]
    assert landing(*checks).checks_of("orders") == checks[:2]


def test_without_apis_nothing_is_fetched(home: Home) -> None:
    assert fetch(make_context(home)) == ()


def test_an_empty_inbox(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is in the ledger before anything lands; what was stale before stays so."""
    monkeypatch.setattr(step, "check_seeds", lambda _: 0)
    monkeypatch.setattr(step, "check_new_loads", lambda *_, **__: (make_check("loads.contract"),))
    landed = land(make_context(home), failures=(DOWN,), before=Staleness(("asked",), full=True))
    assert landed.result.loads == ()
    assert landed.result.failures == (DOWN,)
    assert landed.staleness == Staleness(("there is no release yet",), full=True)
    assert [check.name for check in landed.checks] == ["loads.contract"]
    with Ledger(home.ledger) as ledger:
        (run,) = recent_refreshes(ledger)
    assert (run.run_id, run.full, run.verdict) == ("run-1", True, None)


def test_a_stream_that_left_the_settings_is_reported(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the current release holds its loads."""
    monkeypatch.setattr(step, "check_seeds", lambda _: 0)
    monkeypatch.setattr(step, "check_new_loads", lambda *_, **__: ())
    with Ledger(home.ledger) as ledger:
        enter_load(ledger, 1, file_part("a.csv", landed=1234), source="pbx", stream="calls")
    release = make_release(home, "run-0", amount=1)
    state = replace(STATE, landed={"load-1": []})
    (home.releases / release.release_id / BUILD_STATE).write_text(state.to_json())
    landed = land(make_context(home), failures=(), before=Staleness())
    assert landed.staleness.reasons == ("embudo.yml no longer names pbx.calls",)
    assert landed.staleness.full
    assert landed.warnings == [
        "embudo.yml no longer names pbx.calls: 1,234 rows of 1 load(s) no longer count."
    ]


def test_a_first_release_needs_rows(home: Home) -> None:
    with pytest.raises(SourceError, match="no file in any inbox"):
        require_rows(make_context(home))


def test_a_corrupt_release_is_not_taken_for_none(home: Home) -> None:
    """Where one of its files is missing, a refresh rebuilds it instead of failing on it."""
    make_release(home, "run-0", amount=1)
    (home.current / "marts.duckdb").unlink()
    require_rows(make_context(home))
