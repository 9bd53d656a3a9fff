"""A session: one at a time, and a step alone gets no further than its predecessor's record."""

from __future__ import annotations

import pytest

from orchestration.core.errors import (
    GateFailed,
    PublicationRefused,
    RefreshRunning,
    ResourceExhausted,
)
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.runs import recent_refreshes
from orchestration.publication import current_id, lock_holder
from orchestration.refresh.session import RefreshSession
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace
from tests.reporters import RecordingReporter


def make_session(home: Home, run_id: str = "run-1") -> RefreshSession:
    workspace = Workspace(settings=Settings(config_file=home.root / "embudo.yml"), home=home)
    return RefreshSession(workspace, run_id=run_id, report=RecordingReporter())


def test_one_at_a_time(home: Home) -> None:
    with make_session(home) as session:
        holder = lock_holder(home)
        assert holder is not None
        assert holder["run_id"] == "run-1"
        with pytest.raises(RefreshRunning), make_session(home, "run-2"):
            pass
        assert session.context.waivers == {}
    assert lock_holder(home) is None


@pytest.mark.parametrize("step", ["evaluate", "write_saved_queries", "check", "publish"])
def test_a_step_alone_is_refused(home: Home, step: str) -> None:
    with pytest.raises(PublicationRefused, match="has no candidate"), make_session(home) as session:
        getattr(session, step)()
    assert current_id(home) is None
    with Ledger(home.ledger) as ledger:
        (run,) = recent_refreshes(ledger)
    assert run.verdict == "failed"


def test_nothing_is_signed_before_gate_3(home: Home) -> None:
    with pytest.raises(GateFailed, match="expected gate 3"), make_session(home) as session:
        session.sign()


def test_a_full_disk_is_the_error_that_is_kept(home: Home) -> None:
    with pytest.raises(ResourceExhausted), make_session(home) as session, session.noting_errors():
        raise OSError(28, "No space left on device")
    assert isinstance(session.error, ResourceExhausted)
    assert lock_holder(home) is None
