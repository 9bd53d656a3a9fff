"""The running refresh as a resource: one session per run, and plain errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import dagster as dg
import pytest

from orchestration import resources
from orchestration.core.errors import GateFailed
from orchestration.refresh.session import RefreshSession
from orchestration.resources import plain_errors, refresh_resource
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace
from tests.unit.factories import StubRefresh


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(settings=Settings(config_file=tmp_path / "e.yml"), home=Home.at(tmp_path))


def test_a_refresh_that_the_command_line_began_is_used(workspace: Workspace) -> None:
    started = cast(RefreshSession, StubRefresh())
    resource = refresh_resource(workspace, started=started)
    with dg.build_resources({"refresh": resource}) as opened:
        assert opened.refresh is started


def test_otherwise_each_run_has_a_session_of_its_own(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []
    ended: list[bool] = []

    class Session(StubRefresh):
        def __init__(self, session_workspace: Workspace, **options: Any) -> None:
            super().__init__()
            assert session_workspace is workspace
            made.append(options)

        def __enter__(self) -> Session:
            return self

        def __exit__(self, *_: object) -> None:
            ended.append(True)

    monkeypatch.setattr(resources, "RefreshSession", Session)
    resource = refresh_resource(workspace).configured({"full": True})
    with dg.build_resources({"refresh": resource}) as opened:
        assert isinstance(opened.refresh, Session)
        assert ended == []
    assert (made[0]["full"], ended) == (True, [True])


def test_an_error_that_a_person_can_fix_is_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "tok-12345")
    refresh = StubRefresh()
    with (
        pytest.raises(dg.Failure) as failure,
        plain_errors(cast(RefreshSession, refresh)),
    ):
        raise GateFailed("tok-12345 of ana@example.com")
    assert failure.value.description == "*** of ***"
    assert not failure.value.allow_retries
    assert [type(error) for error in refresh.errors] == [GateFailed]


def test_other_errors_stay_as_they_are() -> None:
    refresh = StubRefresh()
    with pytest.raises(ZeroDivisionError), plain_errors(cast(RefreshSession, refresh)):
        _ = 1 / 0
    assert len(refresh.errors) == 1
