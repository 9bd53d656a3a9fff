"""How a refresh ended: its line in the ledger and who is notified."""

from __future__ import annotations

import pytest

from orchestration.core.errors import SourceError
from orchestration.core.records import GateReport
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.runs import RefreshRun, begin_refresh, recent_refreshes
from orchestration.refresh.outcome import Outcome, notify, record_outcome
from orchestration.refresh.staleness import Staleness
from orchestration.settings import Home
from tests.unit.refresh.factories import make_check, make_context

STALE = Staleness(("1 new load(s)",))


def recorded(home: Home, outcome: Outcome) -> list[RefreshRun]:
    record_outcome(make_context(home), outcome, seconds=1.25)
    with Ledger(home.ledger) as ledger:
        return recent_refreshes(ledger)


def test_an_idle_run_leaves_no_line(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        begin_refresh(ledger, "run-1", full=False)
    assert recorded(home, Outcome(Staleness())) == []


def test_a_failed_gate(home: Home) -> None:
    gate = GateReport("run-1", (make_check("loads.volume", "fail"), make_check("loads.contract")))
    (run,) = recorded(home, Outcome(STALE, gate=gate))
    assert run.verdict == "fail"
    assert run.detail["reasons"] == ["1 new load(s)"]
    assert run.detail["failed_checks"] == ["loads.volume"]
    assert run.detail["seconds"] == 1.2
    assert run.error is None


def test_an_error_is_recorded_even_where_nothing_was_stale(home: Home) -> None:
    (run,) = recorded(home, Outcome(Staleness(), error=SourceError("crm: ana@example.com is down")))
    assert run.verdict == "failed"
    assert run.error is not None
    assert "ana@example.com" not in run.error, "no contact data in the ledger"


def test_nobody_is_notified_who_is_not_configured(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(*_: object) -> list[str]:
        raise AssertionError("sent")

    monkeypatch.setattr("orchestration.observability.notifications.send", send)
    assert notify(make_context(home), Outcome(STALE, error=SourceError("down"))) == []
